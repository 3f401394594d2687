{# One branch of the components of a manager's day: `own` columns from the relation, null for all others. #}
{% macro day_part(relation, facts, amounts, own) -%}
    select
        part.manager_id,
        part.day,
        {%- for column in facts %}
        {{ 'part.' ~ column if column in own else 'null::bigint as ' ~ column }},
        {%- endfor %}
        {%- for column in amounts %}
        {{ 'part.' ~ column if column in own else 'null::numeric as ' ~ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }} as part
{%- endmacro %}
