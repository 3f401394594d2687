-- Every address that mail names, as it was written.

with

copies as (

    select payload, loaded_xid from {{ source('imap', 'messages') }}
    union all
    select payload, loaded_xid from {{ source('maildir', 'messages') }}

),

final as (

    select
        party ->> 'address' as raw,
        copies.loaded_xid
    from copies
    cross join lateral jsonb_array_elements(copies.payload -> 'parties') as party

    union all

    select
        address as raw,
        loaded_xid
    from {{ ref('stg_mail__mailboxes') }}
    cross join lateral unnest(addresses) as address

)

select * from final
