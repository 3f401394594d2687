{{ config(materialized='view') }}

-- The business calendar for who reads marts: days with their working hours, a day being a day in the account's time zone.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

final as (

    select
        business_days.day,
        business_days.title,
        business_days.seconds,
        business_days.seconds_before,
        business_days.is_working,
        business_days.day::timestamp at time zone settings.time_zone as starts_at,
        (business_days.day + 1)::timestamp at time zone settings.time_zone as ends_at,
        business_days.opens_1_at,
        business_days.closes_1_at,
        business_days.opens_2_at,
        business_days.closes_2_at,
        business_days.opens_3_at,
        business_days.closes_3_at
    from {{ ref('int_business_days') }} as business_days
    left join settings on true

)

select * from final
