{# The key of an entity across accounts: `account:id`. Null when the id is null. #}
{% macro entity_key(account_column, id_expression) -%}
    ({{ account_column }} || ':' || {{ id_expression }})
{%- endmacro %}
