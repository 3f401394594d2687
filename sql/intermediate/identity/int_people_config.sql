{{ config(materialized='incremental', unique_key='config_id') }}

-- One row: who has which extension. `changed_xid` is the build that noticed the last change of it (a CRM user who appeared or was
-- renamed, a file): the models of calls then look at every call anew. A changed configuration rebuilds them anyway.

with

described as (

    select
        1 as config_id,
        md5(coalesce(
            string_agg(
                concat_ws(',', source_type, account_id, extension, manager_id, valid_from, valid_to),
                ';' order by source_type, account_id, extension, valid_from
            ),
            ''
        )) as fingerprint
    from {{ ref('int_manager_extensions') }}

),

final as (

    select
        described.config_id,
        described.fingerprint,
        {% if is_incremental() -%}
        case
            when described.fingerprint = previous.fingerprint then previous.changed_xid
            else pg_current_xact_id()
        end as changed_xid
        {%- else -%}
        '0'::xid8 as changed_xid
        {%- endif %}
    from described
    {% if is_incremental() -%}
    left join {{ this }} as previous on previous.config_id = described.config_id
    {%- endif %}

)

select * from final
