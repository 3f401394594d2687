{{ config(
    materialized='table',
    indexes=[{'columns': ['rating_day_id'], 'unique': true}, {'columns': ['occurred_at']}]
) }}

-- Points of managers by day: of the rating that always runs, month by month (competition is null), and of each competition between its
-- days. The place is worked out here over everybody, since a manager asks with only their own rows in sight.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

days as (

    select * from {{ ref('fct_manager_days') }}

),

prices as (

    select null::text as competition, metric, points from {{ source('conf', 'rating_points') }}
    union all
    select competition, metric, points from {{ source('conf', 'competition_points') }}

),

-- One row each, with a column for each KPI.
priced as (

    select
        competition,
        {%- for kpi in rated_kpis() %}
        coalesce(max(points) filter (where metric = '{{ kpi[0] }}'), 0) as {{ kpi[0] }}{{ ',' if not loop.last }}
        {%- endfor %}
    from prices
    group by competition

),

races as (

    select
        priced.*,
        competitions.starts_on,
        competitions.ends_on
    from priced
    left join {{ source('conf', 'competitions') }} as competitions on competitions.competition = priced.competition
    where
        priced.competition is null
        or competitions.competition is not null

),

scored as (

    select
        races.competition,
        case when races.competition is null then date_trunc('month', days.day)::date else races.starts_on end as period_from,
        case
            when races.competition is null then (date_trunc('month', days.day) + interval '1 month' - interval '1 day')::date
            else races.ends_on
        end as period_to,
        days.manager_day_id,
        days.manager_id,
        days.team_id,
        days.team,
        days.day,
        days.won_amount,
        days.plan_amount,
        days.is_at_work,
        -- What nobody did, and a plan that nobody was given, earns nobody points; it is here so that plan and fact stay whole.
        case when days.manager_id is not null then (
            {%- for kpi in rated_kpis() %}
            days.{{ kpi[1] }} * races.{{ kpi[0] }}{{ ' +' if not loop.last }}
            {%- endfor %}
        )::numeric(18, 4) end as points
    from days
    inner join races
        on races.competition is null
        or (days.manager_id is not null and days.day >= races.starts_on and days.day <= races.ends_on)

),

periods as (

    select
        competition,
        period_from,
        manager_id,
        sum(points) as points,
        sum(won_amount) as won_amount,
        sum(plan_amount) as plan_amount,
        min(day) as first_day,
        bool_or(is_at_work) as is_at_work
    from scored
    group by competition, period_from, manager_id

),

placed as (

    select
        periods.competition,
        periods.period_from,
        periods.manager_id,
        periods.first_day,
        -- Who was not at work in it takes no part.
        case
            when periods.is_at_work
                then rank() over (partition by periods.competition, periods.period_from, periods.is_at_work order by periods.points desc)
        end as place,
        count(*) filter (where periods.is_at_work) over (partition by periods.competition, periods.period_from) as participants,
        case
            when periods.competition is null and periods.manager_id is not null and periods.plan_amount > 0 and exists (select from {{ source('conf', 'bonus_tiers') }})
                then coalesce(
                    (
                        select round(tiers.amount + tiers.rate * periods.won_amount, 2)
                        from {{ source('conf', 'bonus_tiers') }} as tiers
                        where periods.won_amount >= tiers.from_share * periods.plan_amount
                        order by tiers.from_share desc
                        limit 1
                    ),
                    0
                )
        end as bonus
    from periods

),

final as (

    select
        concat_ws(':', coalesce(scored.competition, 'month'), scored.manager_day_id) as rating_day_id,
        scored.manager_id,
        scored.team_id,

        scored.team,
        scored.competition,

        scored.points,
        placed.place,
        placed.participants,
        scored.won_amount,
        scored.plan_amount,
        -- A month's bonus stands on its first day.
        case when scored.day = placed.first_day then placed.bonus end as bonus,

        scored.period_from,
        scored.period_to,
        scored.day,
        scored.day::timestamp at time zone settings.time_zone as occurred_at
    from scored
    cross join settings
    inner join placed
        on coalesce(placed.competition, '') = coalesce(scored.competition, '')
        and placed.period_from = scored.period_from
        and coalesce(placed.manager_id, '') = coalesce(scored.manager_id, '')

)

select * from final
