{{ config(materialized='table', indexes=[{'columns': ['manager_id', 'week']}]) }}

-- What managers did and sold in each week that is over, of the last two years, from a manager's first week with anything on; weeks
-- without a working day are left out.

with

settings as (

    select
        time_zone,
        date_trunc('week', {{ today() }}::timestamp)::date as this_week,
        (date_trunc('week', {{ today() }}::timestamp) - interval '104 weeks')::date as first_week,
        (date_trunc('week', {{ today() }}::timestamp) - interval '104 weeks') at time zone time_zone as first_at
    from {{ source('conf', 'settings') }}
    limit 1

),

actions as (

    select
        activities.manager_id,
        date_trunc('week', activities.occurred_at at time zone settings.time_zone)::date as week,
        count(*) as actions
    from {{ ref('fct_activities') }} as activities
    cross join settings
    where
        activities.manager_id is not null
        and activities.occurred_at >= settings.first_at
    group by 1, 2

),

calls as (

    select
        calls.manager_id,
        date_trunc('week', calls.occurred_at at time zone settings.time_zone)::date as week,
        count(*) as calls
    from {{ ref('fct_calls') }} as calls
    cross join settings
    where
        calls.manager_id is not null
        and calls.direction = 'out'
        and calls.occurred_at >= settings.first_at
    group by 1, 2

),

deals as (

    select
        events.owner_id as manager_id,
        date_trunc('week', events.occurred_at at time zone settings.time_zone)::date as week,
        count(*) filter (where events.event = 'reached' and events.step = 'proposal' and not events.is_skipped) as proposals,
        sum(events.amount) filter (where events.event = 'won') as won_amount
    from {{ ref('fct_deal_events') }} as events
    cross join settings
    where
        events.event in ('reached', 'won')
        and events.owner_id is not null
        and events.occurred_at >= settings.first_at
    group by 1, 2

),

facts as (

    select
        manager_id,
        week,
        coalesce(actions.actions, 0) as actions,
        coalesce(calls.calls, 0) as calls,
        coalesce(deals.proposals, 0) as proposals,
        coalesce(deals.won_amount, 0)::numeric(18, 2) as won_amount
    from actions
    full join calls using (manager_id, week)
    full join deals using (manager_id, week)

),

managers as (

    select
        manager_id,
        min(week) as first_week
    from facts
    group by manager_id

),

weeks as (

    select
        date_trunc('week', days.day::timestamp)::date as week,
        count(*) filter (where days.is_working) as working_days
    from {{ ref('int_business_days') }} as days
    cross join settings
    where
        days.day >= settings.first_week
        and days.day < settings.this_week
    group by 1

),

final as (

    select
        managers.manager_id,
        weeks.week,
        weeks.working_days,
        coalesce(facts.actions, 0)::bigint as actions,
        coalesce(facts.calls, 0)::bigint as calls,
        coalesce(facts.proposals, 0)::bigint as proposals,
        coalesce(facts.won_amount, 0)::numeric(18, 2) as won_amount
    from managers
    inner join weeks
        on weeks.week >= managers.first_week
        and weeks.working_days > 0
    left join facts
        on facts.manager_id = managers.manager_id
        and facts.week = weeks.week

)

select * from final
