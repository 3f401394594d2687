{{ config(materialized='table', indexes=[{'columns': ['client_id'], 'unique': true}]) }}

-- Which card a merged one lives on in. The CRM says of a merge only that the survivor had one; the other card vanishes. So the survivor of
-- a vanished card is the card that was merged into, and shares a number or an address with it; of several the one merged into last.

with

merges as (

    select
        account_id || ':' || entity_type || ':' || split_part(entity_id, ':', 2) as card_id,
        max(created_at) as merged_at,
        max(loaded_xid) as loaded_xid
    from {{ ref('int_entity_events') }}
    where
        type = 'entity_merged'
        and entity_type in ('contact', 'company')
    group by 1

),

survivors as (

    select
        merges.card_id,
        merges.merged_at,
        identities.identity_kind,
        identities.identity_hmac,
        identities.client_id,
        greatest(merges.loaded_xid, identities.loaded_xid) as loaded_xid
    from merges
    inner join {{ ref('int_identities') }} as identities on identities.card_id = merges.card_id
    where
        not identities.is_deleted
        and identities.identity_hmac is not null

),

final as (

    select distinct on (vanished.card_id)
        vanished.card_id as client_id,
        survivors.card_id as survivor_card_id,
        -- A contact of a company speaks for the company, on the survivor's card as on any other.
        survivors.client_id as survivor_client_id,
        survivors.merged_at,
        greatest(survivors.loaded_xid, vanished.loaded_xid) as loaded_xid
    from survivors
    inner join {{ ref('int_identities') }} as vanished
        on vanished.identity_hmac = survivors.identity_hmac
        and vanished.identity_kind = survivors.identity_kind
        and vanished.card_id <> survivors.card_id
        and split_part(vanished.card_id, ':', 2) = split_part(survivors.card_id, ':', 2)
    where vanished.is_deleted
    order by vanished.card_id, survivors.merged_at desc, survivors.card_id

)

select * from final
