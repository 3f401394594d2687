{#- How long a deal has been in its stage, in bands of a win's chances: under a week, two weeks, a month (30 days), two, more. -#}
{% macro forecast_age_band(entered_at, moment) -%}
    case
        when {{ entered_at }} is null then null
        when {{ moment }} - {{ entered_at }} < interval '7 days' then 1
        when {{ moment }} - {{ entered_at }} < interval '14 days' then 2
        when {{ moment }} - {{ entered_at }} < interval '30 days' then 3
        when {{ moment }} - {{ entered_at }} < interval '60 days' then 4
        else 5
    end
{%- endmacro %}
