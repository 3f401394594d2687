{{ config(materialized='table', indexes=[{'columns': ['manager_id', 'week']}]) }}

-- What managers did and sold in each week that is over, of the last two years, from a manager's first week with anything on; weeks
-- without a working day are left out.

with

settings as (

    select
        date_trunc('week', {{ today() }}::timestamp)::date as this_week,
        (date_trunc('week', {{ today() }}::timestamp) - interval '104 weeks')::date as first_week

),

weeks as (

    select
        days.manager_id,
        date_trunc('week', days.day::timestamp)::date as week,
        count(distinct days.day) filter (where days.is_working_day) as working_days,
        sum(days.crm_actions)::bigint as actions,
        sum(days.calls_out)::bigint as calls,
        sum(days.proposals_sent)::bigint as proposals,
        sum(days.won_amount)::numeric(18, 2) as won_amount,
        bool_or(days.has_facts) as has_facts
    from {{ ref('fct_manager_days') }} as days
    cross join settings
    where
        days.manager_id is not null
        and days.day >= settings.first_week
        and days.day < settings.this_week
    group by days.manager_id, date_trunc('week', days.day::timestamp)

),

final as (

    select
        manager_id,
        working_days,
        actions,
        calls,
        proposals,
        won_amount,
        week
    from (
        select
            *,
            bool_or(has_facts) over (partition by manager_id order by week) as has_begun
        from weeks
    ) as weeks
    where
        has_begun
        and working_days > 0

)

select * from final
