{{ config(materialized='table', indexes=[{'columns': ['day'], 'unique': true}]) }}

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

final as (

    select
        day,
        extract(year from day)::int as year,
        extract(quarter from day)::int as quarter,
        extract(month from day)::int as month,
        extract(isoyear from day)::int as iso_year,
        extract(week from day)::int as week,
        extract(isodow from day)::int as iso_weekday,
        date_trunc('month', day)::date as month_start,
        date_trunc('week', day)::date as week_start,
        extract(isodow from day) < 6 as is_working_day
    from days

)

select * from final
