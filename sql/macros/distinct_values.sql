{#
  A query with the distinct values of an indexed column that are not null (column `value`), from one to the next by its index: of a few
  values in millions of rows Postgres itself would read all rows. `condition` names columns that stand before this one in the index.
#}
{% macro distinct_values(relation, column, condition='true') -%}
    select found.value
    from (
        with recursive found (value) as (
            (
                select {{ column }} from {{ relation }}
                where
                    {{ condition }}
                    and {{ column }} is not null
                order by {{ column }}
                limit 1
            )
            union all
            select (
                select {{ column }} from {{ relation }}
                where
                    {{ condition }}
                    and {{ column }} > found.value
                order by {{ column }}
                limit 1
            )
            from found
            where found.value is not null
        )
        select value from found
    ) as found
    where found.value is not null
{%- endmacro %}
