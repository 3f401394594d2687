{{ config(materialized='table', meta={'clock': 'day'}, indexes=[{'columns': ['day'], 'unique': true}]) }}

-- Days as such, without a time zone: a fact is put on a day in the account's time zone by whoever asks.

with

deals as (

    select
        min(created_at) as first_at,
        max(coalesce(closed_at, stage_entered_at, created_at)) as last_at
    from {{ ref('fct_deals') }}

),

bounds as (

    select
        date_trunc('year', coalesce(least(first_at, now()), now()) - interval '1 day')::date as first_day,
        (date_trunc('year', greatest(last_at, now())) + interval '2 years' - interval '1 day')::date as last_day
    from deals

),

days as (

    select generated.day::date as day
    from bounds
    cross join lateral generate_series(bounds.first_day, bounds.last_day, interval '1 day') as generated (day)

),

business_days as (

    select day, seconds, title, is_working from {{ ref('int_business_days') }}

),

final as (

    select
        days.day,
        extract(year from days.day)::int as year,
        extract(quarter from days.day)::int as quarter,
        extract(month from days.day)::int as month,
        extract(isoyear from days.day)::int as iso_year,
        extract(week from days.day)::int as week,
        extract(isodow from days.day)::int as iso_weekday,
        date_trunc('month', days.day)::date as month_start,
        date_trunc('week', days.day)::date as week_start,
        business_days.seconds as business_seconds,
        business_days.title as holiday,
        -- Before 2000 nobody keeps a calendar.
        coalesce(business_days.is_working, extract(isodow from days.day) < 6) as is_working_day
    from days
    left join business_days on business_days.day = days.day

)

select * from final
