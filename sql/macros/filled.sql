{# A field of a payload as text; null where it is absent or empty, which some APIs write as null, '', [] or {}. #}
{% macro filled(payload, name) -%}
    nullif(nullif(nullif({{ payload }} ->> '{{ name }}', ''), '[]'), '{}')
{%- endmacro %}
