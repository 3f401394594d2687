{#
  In a test of its own file: the rows whose `key` is that of a row this build has changed in one of `models`; every row where nothing is known
  of that (under dbt, on a full build, when the test is new). Only for tests that look at each key by itself.
#}
{% macro of_changed_rows(column, models, key) -%}
    {%- set changed = var('changed_rows', none) -%}
    {%- if changed -%}
        {{ column }} in (
            select null where false
            {%- for model in models -%}
            {%- if changed[model] %} union select {{ key }} from {{ changed[model] }}{%- endif -%}
            {%- endfor -%}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
