{{ config(materialized='table', indexes=[{'columns': ['day']}]) }}

-- Targets spread over the days of their period, by the business time of each day; evenly where the period has none. The days add up to
-- the target to the last digit. Where a metric of somebody has targets of several kinds for a day, the longest period counts: a month
-- before a week before a day.

with

targets as (

    select
        *,
        case period_kind when 'month' then 1 when 'week' then 2 else 3 end as priority
    from {{ ref('fct_targets') }}
    where
        not is_repeated
        and value is not null

),

target_days as (

    select
        targets.*,
        business_days.day,
        sum(weight.seconds) over whole as seconds_in_all,
        sum(weight.seconds) over gone as seconds_gone,
        count(*) over whole as days_in_all,
        count(*) over gone as days_gone
    from targets
    inner join {{ ref('int_business_days') }} as business_days
        on business_days.day between targets.period_from and targets.period_to
    cross join lateral (select business_days.seconds) as weight
    window
        whole as (partition by targets.target_id),
        gone as (partition by targets.target_id order by business_days.day)

),

shares as (

    select
        *,
        case
            when seconds_in_all > 0 then seconds_gone::numeric / seconds_in_all
            else days_gone::numeric / days_in_all
        end as share_gone
    from target_days

),

spread as (

    select
        *,
        round(value * share_gone, 6)
        - round(value * coalesce(lag(share_gone) over (partition by target_id order by day), 0), 6) as day_value
    from shares

),

final as (

    select distinct on (level, coalesce(manager_id, manager_ref), case when level = 'team' then coalesce(team_id, team_ref) end, metric, day)
        target_id,
        manager_id,
        team_id,
        level,
        metric,
        day_value as value,
        day
    from spread
    order by
        level,
        coalesce(manager_id, manager_ref),
        case when level = 'team' then coalesce(team_id, team_ref) end,
        metric,
        day,
        priority

)

select * from final
