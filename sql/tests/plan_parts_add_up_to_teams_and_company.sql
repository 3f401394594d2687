-- The parts of the plan add up: those of a team to the team's own plan, all of them to the company's.
with

targets as (

    select * from {{ ref('fct_targets') }}
    where
        period_kind = 'month'
        and not is_repeated
        and value is not null
        and period_to <= (select max(day) from {{ ref('int_business_days') }})

),

plan_days as (

    select * from {{ ref('int_plan_days') }}

),

sums as (

    select
        targets.target_id,
        targets.value,
        sum(plan_days.value) as parts
    from targets
    left join plan_days
        on plan_days.metric = targets.metric
        and plan_days.day between targets.period_from and targets.period_to
        and (targets.level = 'company' or plan_days.team_id = targets.team_id)
    where
        targets.level = 'company'
        or (targets.level = 'team' and targets.team_id is not null)
    group by targets.target_id, targets.value

)

select * from sums
where parts is distinct from value
