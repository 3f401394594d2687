{{ config(materialized='table', meta={'clock': 'day'}, indexes=[{'columns': ['day'], 'unique': true}]) }}

-- Every day from 2000 to the end of the year after next, so that it needs no fact to know its bounds and every fact can use it.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}

),

hours as (

    select
        iso_weekday,
        opens,
        closes,
        row_number() over (partition by iso_weekday order by opens) as piece
    from {{ source('conf', 'business_hours') }}

),

-- A Saturday that is worked keeps the hours of the first weekday that has any.
usual as (

    select opens, closes, piece
    from hours
    where iso_weekday = (select min(iso_weekday) from hours)

),

special_days as (

    select day, is_working, title, opens, closes from {{ source('conf', 'special_days') }}

),

days as (

    select generated.day::date as day
    from generate_series(
        timestamp '2000-01-01',
        date_trunc('year', now() at time zone (select time_zone from settings)) + interval '3 years' - interval '1 day',
        interval '1 day'
    ) as generated (day)

),

day_hours as (

    select
        days.day,
        pieces.piece,
        (days.day + pieces.opens) at time zone settings.time_zone as opens_at,
        (days.day + pieces.closes) at time zone settings.time_zone as closes_at
    from days
    cross join settings
    left join special_days on special_days.day = days.day
    cross join lateral (
        select hours.opens, hours.closes, hours.piece
        from hours
        where hours.iso_weekday = extract(isodow from days.day)
            and coalesce(special_days.is_working, true)
            and special_days.opens is null
        union all
        select special_days.opens, special_days.closes, 1
        where special_days.is_working and special_days.opens is not null
        union all
        select usual.opens, usual.closes, usual.piece
        from usual
        where special_days.is_working
            and special_days.opens is null
            and not exists (select from hours where hours.iso_weekday = extract(isodow from days.day))
    ) as pieces

),

per_day as (

    select
        day,
        -- A night the clock is put forward in can swallow an hour of an interval, and all of a short one.
        sum(greatest(0, extract(epoch from closes_at - opens_at)))::bigint as seconds,
        min(opens_at) filter (where piece = 1) as opens_1_at,
        min(closes_at) filter (where piece = 1) as closes_1_at,
        min(opens_at) filter (where piece = 2) as opens_2_at,
        min(closes_at) filter (where piece = 2) as closes_2_at,
        min(opens_at) filter (where piece = 3) as opens_3_at,
        min(closes_at) filter (where piece = 3) as closes_3_at
    from day_hours
    group by day

),

final as (

    select
        days.day,
        coalesce(per_day.seconds, 0) as seconds,
        coalesce(sum(per_day.seconds) over (order by days.day rows between unbounded preceding and 1 preceding), 0)::bigint
            as seconds_before,
        special_days.title,
        coalesce(per_day.seconds, 0) > 0 as is_working,
        per_day.opens_1_at,
        per_day.closes_1_at,
        per_day.opens_2_at,
        per_day.closes_2_at,
        per_day.opens_3_at,
        per_day.closes_3_at
    from days
    left join per_day on per_day.day = days.day
    left join special_days on special_days.day = days.day

)

select * from final
