{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[{'columns': ['deal_id']}, {'columns': ['card_id']}, {'columns': ['loaded_xid']}]
) }}

-- The cards a deal hangs on: its contacts and its company. A deal without any has one row without a card.

with

deals as (

    select * from {{ ref('int_deals') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

lead_contacts as (

    select
        lead_contacts.deal_id,
        lead_contacts.client_id as card_id
    from {{ ref('stg_amocrm__lead_contacts') }} as lead_contacts
    inner join deals
        on deals.account_id = lead_contacts.account_id
        and deals.crm_id = lead_contacts.deal_crm_id

),

cards as (

    select * from lead_contacts
    union
    select deal_id, contact_client_id from deals where contact_client_id is not null
    union
    select deal_id, company_client_id from deals where company_client_id is not null

),

final as (

    select
        deals.deal_id,
        cards.card_id,
        deals.client_id,
        deals.is_deleted,
        deals.created_at,
        deals.loaded_xid
    from deals
    left join cards on cards.deal_id = deals.deal_id

)

select * from final
