{#
  A condition that is true for the raw rows an incremental build has to look at: those written since the last build.
  On a full build it is `true`.

  `column` holds the id of the transaction that wrote the row (xid8). `built_through` is the lowest transaction id that
  was still running when the last build took its snapshot: every transaction below it had ended by then, so what it
  committed was seen; every other one is at or above it and is read now. A timestamp or a sequence cannot promise that,
  because a loader that began earlier may commit later. Some rows are read twice, none is missed.
#}
{% macro changed_since_last_build(column) -%}
    {%- if is_incremental() -%}
        {{ column }} >= '{{ var("built_through", "0") }}'::xid8
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
{#
  The same, of another relation: a condition that is true for the rows whose `key` is that of a row of `relation` that was written since the
  last build. By way of an array, for then the planner reckons with ten keys: from the transaction alone it reckons with one row, since
  statistics never know the newest ones, and joins a thousand by loops within loops.
#}
{% macro key_changed_since_last_build(key, relation, relation_key, column='loaded_xid') -%}
    {%- if is_incremental() -%}
        {{ key }} = any (array(
            select changed_rows.{{ relation_key }} from {{ relation }} as changed_rows
            where {{ changed_since_last_build('changed_rows.' ~ column) }}
        ))
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
{#
  Whether a column is one of the keys that a query gives. An array counts as ten for the planner, so that it looks them up by the column's
  index; joined, the same keys are often reckoned to be half of the table, which is then read whole for a thousand of them.
#}
{% macro is_among(column, keys) -%}
    {{ column }} = any (array({{ keys }}))
{%- endmacro %}
