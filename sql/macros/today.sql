{#
  The account's day of the build. Models that look at "now" look at days only, so that two builds of one day agree; a var of that name
  (a date) stands in for it where a test, or somebody who wants to see a past day, needs another one.
#}
{% macro today() -%}
    {%- if var("today", "") -%}
        '{{ var("today") }}'::date
    {%- else -%}
        (now() at time zone (select time_zone from {{ source('conf', 'settings') }}))::date
    {%- endif -%}
{%- endmacro %}
{# The one row of settings that models of days read: the account's time zone, and its day of the build. #}
{% macro zone_and_today() -%}
    select
        time_zone,
        {{ today() }} as today
    from {{ source('conf', 'settings') }}
    limit 1
{%- endmacro %}
