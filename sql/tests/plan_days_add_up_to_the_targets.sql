-- What was planned for managers arrives in the scorecard to the kopeck: spreading over days neither adds nor loses.
with

given as (

    select
        manager_id,
        metric,
        sum(value) as value
    from {{ ref('fct_targets') }}
    where
        level = 'manager'
        and not is_repeated
        and manager_id is not null
        and period_kind = 'month'
        and period_to <= (select max(day) from {{ ref('int_business_days') }})
    group by manager_id, metric

),

spread as (

    select
        target_days.manager_id,
        target_days.metric,
        sum(target_days.value) as value
    from {{ ref('int_target_days') }} as target_days
    inner join {{ ref('fct_targets') }} as targets on targets.target_id = target_days.target_id
    where
        targets.level = 'manager'
        and targets.period_kind = 'month'
        and targets.period_to <= (select max(day) from {{ ref('int_business_days') }})
    group by target_days.manager_id, target_days.metric

)

select
    given.manager_id,
    given.metric,
    given.value,
    spread.value as spread_value
from given
left join spread
    on spread.manager_id = given.manager_id
    and spread.metric = given.metric
where spread.value is distinct from given.value
