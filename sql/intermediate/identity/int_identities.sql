{{ config(
    materialized='incremental',
    unique_key='card_id',
    indexes=[{'columns': ['card_id']}, {'columns': ['company_client_id']}, {'columns': ['identity_hmac']}, {'columns': ['loaded_xid']}]
) }}

-- Numbers and addresses of the CRM's cards, as pseudonyms. A card without any has one row without a pseudonym: it replaces those it
-- had before, and tells the models below that something changed.

with

cards as (

    select * from {{ ref('int_clients') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

settings as (

    select coalesce(country, '') as country from {{ source('conf', 'settings') }}
    limit 1

),

contact_points as (

    select * from {{ ref('stg_amocrm__contact_points') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

phones as (

    select
        contact_points.card_id,
        'phone' as identity_kind,
        numbers.hmac as identity_hmac
    from contact_points
    inner join settings on true
    inner join {{ ref('int_phone_numbers') }} as numbers
        on numbers.raw = contact_points.value
        and numbers.country = settings.country
    where
        contact_points.kind = 'phone'
        and numbers.hmac is not null

),

emails as (

    select
        contact_points.card_id,
        'email' as identity_kind,
        addresses.hmac as identity_hmac
    from contact_points
    inner join {{ ref('int_mail_addresses') }} as addresses on addresses.raw = contact_points.value
    where
        contact_points.kind = 'email'
        and addresses.hmac is not null

),

points as (

    select * from phones
    union
    select * from emails

),

final as (

    select
        cards.client_id as card_id,
        cards.account_id,
        points.identity_kind,
        points.identity_hmac,
        coalesce(cards.company_client_id, cards.client_id) as client_id,
        case when cards.kind = 'contact' then cards.client_id end as contact_client_id,
        cards.company_client_id,
        cards.owner_id,
        cards.is_deleted,
        cards.created_at,
        cards.loaded_xid
    from cards
    left join points on points.card_id = cards.client_id

)

select * from final
