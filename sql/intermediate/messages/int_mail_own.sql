{{ config(materialized='table', indexes=[{'columns': ['kind', 'value']}]) }}

-- What is the company's own: addresses of the mailboxes that are read, of the managers', and the company's domains.

with

mailboxes as (

    select * from {{ ref('stg_mail__mailboxes') }}

),

addresses as (

    select * from {{ ref('int_mail_addresses') }}

),

final as (

    select
        'address' as kind,
        addresses.address as value
    from mailboxes
    cross join lateral unnest(mailboxes.addresses) as own (raw)
    inner join addresses on addresses.raw = own.raw
    where addresses.address is not null

    union

    select
        'address' as kind,
        address as value
    from {{ ref('int_manager_mailboxes') }}

    union

    select
        'domain' as kind,
        lower(own.domain) as value
    from mailboxes
    cross join lateral unnest(mailboxes.own_domains) as own (domain)

)

select * from final
