{{ config(materialized='incremental', unique_key='config_id') }}

-- One row: whose mail is whose. `changed_xid` is the transaction that brought the last change of it (a mailbox that was added, a CRM
-- user with another address): every message is then looked at anew. A changed configuration rebuilds them anyway.

with

own as (

    select string_agg(kind || value, ';' order by kind collate "C", value collate "C") as described from {{ ref('int_mail_own') }}

),

managers as (

    select
        string_agg(
            concat_ws(',', address, manager_id, valid_from, valid_to),
            ';' order by address collate "C", manager_id collate "C", valid_from
        ) as described
    from {{ ref('int_manager_mailboxes') }}

),

last_loads as (

    select max(loaded_xid) as loaded_xid
    from (
        select loaded_xid from {{ ref('stg_mail__mailboxes') }}
        union all
        select loaded_xid from {{ ref('stg_amocrm__users') }}
        union all
        select '0'::xid8
    ) as loads

),

described as (

    select
        1 as config_id,
        md5(concat_ws('|', own.described, managers.described)) as fingerprint
    from own
    cross join managers

),

final as (

    select
        described.config_id,
        described.fingerprint,
        {% if is_incremental() -%}
        case
            when described.fingerprint = previous.fingerprint then previous.changed_xid
            else last_loads.loaded_xid
        end as changed_xid
        {%- else -%}
        '0'::xid8 as changed_xid
        {%- endif %}
    from described
    cross join last_loads
    {% if is_incremental() -%}
    left join {{ this }} as previous on previous.config_id = described.config_id
    {%- endif %}

)

select * from final
