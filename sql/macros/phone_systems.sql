{# The staging models of legs, one per kind of phone system; all have the same columns in the same order (docs/calls.md). #}
{% macro phone_systems() -%}
    {{ return(['stg_asterisk__call_legs', 'stg_uis__call_legs', 'stg_mango__call_legs']) }}
{%- endmacro %}
