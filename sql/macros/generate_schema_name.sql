{#
  A model lives in the schema its config names, else in the one named after its first folder: staging, intermediate or
  marts. dbt's own macro would put the target's schema in front; BI tools are given fixed names instead.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is not none -%}
        {{ custom_schema_name | trim }}
    {%- else -%}
        {{ node.original_file_path.split('/')[0] }}
    {%- endif -%}
{%- endmacro %}
