{# Whether a moment lies outside the company's hours; `day` is the alias of its row of int_business_days. Unknown is no. #}
{% macro is_after_hours(day, moment) -%}
coalesce(
    not (
        coalesce({{ moment }} >= {{ day }}.opens_1_at and {{ moment }} < {{ day }}.closes_1_at, false)
        or coalesce({{ moment }} >= {{ day }}.opens_2_at and {{ moment }} < {{ day }}.closes_2_at, false)
        or coalesce({{ moment }} >= {{ day }}.opens_3_at and {{ moment }} < {{ day }}.closes_3_at, false)
    ) and {{ day }}.day is not null,
    false
)
{%- endmacro %}
