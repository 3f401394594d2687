{{ config(materialized='view', meta={'fills': 'mail_addresses'}) }}

-- Every mail address the models will look up, as it was written. A model that joins int_mail_addresses on texts of its own adds
-- them here.
-- Another key of the pseudonyms asks for all of them: depends_on: {{ source('conf', 'identity') }}

with

contact_points as (

    select * from {{ ref('stg_amocrm__contact_points') }}
    where kind = 'email'

),

users as (

    select * from {{ ref('stg_amocrm__users') }}

),

mailboxes as (

    select * from {{ source('conf', 'manager_mailboxes') }}

),

final as (

    select
        value as raw,
        loaded_xid
    from contact_points

    union all

    select
        email as raw,
        loaded_xid
    from users
    where email is not null

    union all

    select
        raw,
        loaded_xid
    from {{ ref('stg_mail__addresses') }}

    union all

    select
        raw,
        loaded_xid
    from {{ ref('stg_calendar__addresses') }}

    union all

    -- Few, and without the transaction that wrote them: always asked for.
    select
        address as raw,
        pg_current_xact_id() as loaded_xid
    from {{ ref('stg_files__mailboxes') }}
    where address is not null

    union all

    -- Of the configuration: when it changes, everything is asked for.
    select
        address as raw,
        '0'::xid8 as loaded_xid
    from mailboxes

)

select * from final
