{{ config(
    materialized='incremental',
    unique_key='client_id',
    indexes=[{'columns': ['client_id'], 'unique': true}, {'columns': ['loaded_xid']}]
) }}

-- Companies and contacts as clients, out of their payloads once.

with

contacts as (

    select * from {{ ref('stg_amocrm__contacts') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

companies as (

    select * from {{ ref('stg_amocrm__companies') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

final as (

    select
        client_id,
        account_id,
        crm_id,
        'contact' as kind,
        company_client_id,
        name,
        owner_id,
        is_deleted,
        created_at,
        loaded_xid
    from contacts

    union all

    select
        client_id,
        account_id,
        crm_id,
        'company' as kind,
        null as company_client_id,
        name,
        owner_id,
        is_deleted,
        created_at,
        loaded_xid
    from companies

)

select * from final
