{#
  The first value of a deal's custom field, named by code, name or id; null where it is empty or no field is named. `custom_fields` is
  the list as amoCRM gives it (custom_fields_values), null included.
#}
{% macro custom_field(custom_fields, name) -%}
(
    select field #>> '{values,0,value}'
    -- `[*]` unwraps the list of fields and passes over null.
    from jsonb_path_query({{ custom_fields }}, '$[*]') as field
    where
        lower({{ name }}) in (lower(field ->> 'field_code'), lower(field ->> 'field_name'), field ->> 'field_id')
        and field #>> '{values,0,value}' <> ''
    order by field ->> 'field_id'
    limit 1
)
{%- endmacro %}
