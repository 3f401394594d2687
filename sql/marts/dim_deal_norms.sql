{{ config(materialized='table') }}

-- What the regulation, the calendar and the past say of all deals; one row, for whoever asks about deals as of now.

with

regulation as (

    select idle_days, return_days from {{ source('conf', 'regulation') }}
    limit 1

),

-- A working day is as long as that of the first weekday that is worked.
working_days as (

    select
        sum(extract(epoch from closes - opens))::int as seconds
    from {{ source('conf', 'business_hours') }}
    where iso_weekday = (select min(iso_weekday) from {{ source('conf', 'business_hours') }})

),

cycles as (

    select percentile_cont(0.5) within group (order by sales_cycle_seconds) as median_seconds
    from {{ ref('fct_deals') }}
    where
        is_won
        and not is_deleted

),

final as (

    select
        regulation.idle_days,
        regulation.return_days,
        working_days.seconds as working_day_seconds,
        make_interval(secs => cycles.median_seconds) as median_sales_cycle
    from regulation
    cross join working_days
    cross join cycles

)

select * from final
