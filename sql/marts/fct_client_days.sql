{{ config(materialized='table', indexes=[{'columns': ['day']}]) }}

-- How many clients were active on each day, by the manager of the win that made them so and by their segment of today. Each group has a
-- row for every day from its first client on, 0 included: the number of a period is that of its last day.

with

settings as (

    {{ zone_and_today() }}

),

wins as (

    select
        wins.*,
        clients.abc_segment
    from {{ ref('fct_client_wins') }} as wins
    left join {{ ref('dim_clients') }} as clients on clients.client_id = wins.client_id

),

changes as (

    select
        wins.manager_id,
        wins.abc_segment,
        changed.day,
        changed.change
    from wins
    cross join lateral (values (wins.day, 1), (wins.active_before, -1)) as changed (day, change)

),

by_day as (

    select
        manager_id,
        abc_segment,
        day,
        sum(change) as change
    from changes
    cross join settings
    where day <= settings.today
    group by manager_id, abc_segment, day

),

-- What holds from one day with a change to the next.
spells as (

    select
        manager_id,
        abc_segment,
        day as first_day,
        coalesce(lead(day) over days, settings.today + 1) as next_day,
        sum(change) over days as active_clients
    from by_day
    cross join settings
    window days as (partition by manager_id, abc_segment order by day)

),

final as (

    select
        spells.manager_id,
        spells.abc_segment,

        spells.active_clients::bigint as active_clients,

        days.day::date as day,
        days.day at time zone settings.time_zone as occurred_at
    from spells
    cross join settings
    cross join lateral generate_series(
        spells.first_day::timestamp,
        (spells.next_day - 1)::timestamp,
        interval '1 day'
    ) as days (day)

)

select * from final
