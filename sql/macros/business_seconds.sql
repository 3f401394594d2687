{#
  Business time: seconds between two moments that lie within the company's hours. Two joins and a subtraction, so that ten million
  intervals are two hash joins with a table of days, not ten million calls of a function:

      left join {{ ref('int_business_days') }} as opened on opened.day = {{ business_day('deals.created_at') }}
      left join {{ ref('int_business_days') }} as closed on closed.day = {{ business_day('deals.closed_at') }}
      …
      {{ business_seconds('opened', 'deals.created_at', 'closed', 'deals.closed_at') }} as close_business_seconds

  Null when either moment is null or outside the years of int_business_days; negative when the second is before the first.
#}
{% macro business_day(moment) -%}
(({{ moment }}) at time zone (select time_zone from {{ source('conf', 'settings') }}))::date
{%- endmacro %}

{#- Business seconds from the first day of the table to the moment; `day` is the alias of the moment's day. -#}
{% macro business_clock(day, moment) -%}
({{ day }}.seconds_before
{%- for piece in ['1', '2', '3'] %}
    + greatest(0, extract(epoch from least({{ moment }}, {{ day }}.closes_{{ piece }}_at) - {{ day }}.opens_{{ piece }}_at))
{%- endfor %})
{%- endmacro %}

{% macro business_seconds(from_day, from_moment, to_day, to_moment) -%}
case when {{ from_moment }} is not null and {{ to_moment }} is not null then
    round({{ business_clock(to_day, to_moment) }} - {{ business_clock(from_day, from_moment) }})::bigint
end
{%- endmacro %}
