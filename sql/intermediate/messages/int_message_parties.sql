{{ config(
    materialized='incremental',
    unique_key='message_id',
    indexes=[{'columns': ['message_id']}, {'columns': ['address_hmac']}, {'columns': ['loaded_xid']}]
) }}

-- Who takes part in a message, in the order of the headers, with the normal form of the address.

with

messages as (

    select * from {{ ref('int_messages__folded') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

addresses as (

    select * from {{ ref('int_mail_addresses') }}

),

final as (

    select
        messages.message_id,
        parties.position::int as position,
        parties.party ->> 'role' as role,
        addresses.address,
        addresses.hmac as address_hmac,
        addresses.domain,
        addresses.reason,
        messages.loaded_xid
    from messages
    cross join lateral jsonb_array_elements(messages.parties) with ordinality as parties (party, position)
    left join addresses on addresses.raw = parties.party ->> 'address'

)

select * from final
