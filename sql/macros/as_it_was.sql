{#
  Whose a row was, with which client and when, before this build wrote it anew: models that sum by manager and day, or look at a client's
  contacts in order, must look again where the row is gone from. Null in a full build, and of a new row. The query joins {{ this }}
  as `this`.
#}
{% macro as_it_was(moment) -%}
    {%- if is_incremental() -%}
        this.manager_id as previous_manager_id,
        this.client_id as previous_client_id,
        this.{{ moment }} as previous_at,
    {%- else -%}
        null::text as previous_manager_id,
        null::text as previous_client_id,
        null::timestamptz as previous_at,
    {%- endif -%}
{%- endmacro %}
