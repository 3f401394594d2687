{{ config(materialized='table', indexes=[{'columns': ['address']}]) }}

-- Whose a mailbox was and when: the entries of the configuration and of files, else the e-mail of a CRM user. `valid_to` is the first moment after. A
-- mailbox of several managers at once has several rows.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

addresses as (

    select * from {{ ref('int_mail_addresses') }}

),

configured as (

    select
        addresses.address,
        addresses.hmac as address_hmac,
        refs.manager_id,
        coalesce(entries.valid_from::timestamp at time zone settings.time_zone, '-infinity') as valid_from,
        coalesce((entries.valid_to + 1)::timestamp at time zone settings.time_zone, 'infinity') as valid_to
    from {{ source('conf', 'manager_mailboxes') }} as entries
    inner join addresses on addresses.raw = entries.address
    inner join {{ ref('int_manager_refs') }} as refs on refs.manager_ref = entries.manager_ref
    left join settings on true
    where
        refs.manager_id is not null
        and addresses.address is not null

    union all

    select
        addresses.address,
        addresses.hmac as address_hmac,
        managers.manager_id,
        coalesce(entries.valid_from::timestamp at time zone settings.time_zone, '-infinity') as valid_from,
        coalesce((entries.valid_to + 1)::timestamp at time zone settings.time_zone, 'infinity') as valid_to
    from {{ ref('stg_files__mailboxes') }} as entries
    inner join addresses on addresses.raw = entries.address
    inner join {{ ref('int_file_managers') }} as managers on managers.manager_ref = entries.manager_ref
    left join settings on true
    where
        managers.manager_id is not null
        and addresses.address is not null

),

of_users as (

    select
        addresses.address,
        addresses.hmac as address_hmac,
        users.manager_id,
        '-infinity'::timestamptz as valid_from,
        'infinity'::timestamptz as valid_to
    from {{ ref('stg_amocrm__users') }} as users
    inner join addresses on addresses.raw = users.email
    where
        not users.is_deleted
        and addresses.address is not null
        and not exists (select from configured where configured.address = addresses.address)

),

final as (

    select * from configured
    union
    select * from of_users

)

select * from final
