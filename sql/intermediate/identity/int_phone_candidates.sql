{{ config(materialized='view', meta={'fills': 'phone_numbers'}) }}

-- Every number the models will look up, as it was written, with the country to assume. A model that joins int_phone_numbers on texts
-- of its own adds them here.
-- Another key of the pseudonyms asks for all of them: depends_on: {{ source('conf', 'identity') }}

with

settings as (

    select country from {{ source('conf', 'settings') }}
    limit 1

),

pbx as (

    select * from {{ source('conf', 'pbx') }}

),

contact_points as (

    select * from {{ ref('stg_amocrm__contact_points') }}
    where kind = 'phone'

),

calls as (

    select * from {{ ref('int_calls__folded') }}
    where client_number is not null

),

crm_calls as (

    select * from {{ ref('int_calls__crm') }}
    where client_number is not null

),

final as (

    select
        contact_points.value as raw,
        coalesce(settings.country, '') as country,
        contact_points.loaded_xid
    from contact_points
    left join settings on true

    union all

    select
        client_number as raw,
        country,
        loaded_xid
    from calls

    union all

    select
        client_number as raw,
        country,
        loaded_xid
    from crm_calls

    union all

    -- The lines of the configuration: when it changes, everything is asked for.
    select
        own_number as raw,
        coalesce(pbx.country, settings.country, '') as country,
        '0'::xid8 as loaded_xid
    from pbx
    cross join lateral unnest(pbx.own_numbers) as own_number
    left join settings on true

)

select * from final
