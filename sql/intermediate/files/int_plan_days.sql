-- The plan per day in parts that can be added up: what managers were given, what of a team's plan they were not, and what of the
-- company's plan no team was. Summed by manager it is the managers' plans; by team, the team's own plan where it has one, else that of
-- its managers; in all, the company's plan where there is one. A part can be negative: a team may be planned less than its people.

with

target_days as (

    select
        targets.manager_id,
        -- A manager's plan is a part of the plan of the team that the manager is in on that day.
        case
            when targets.level = 'manager' and targets.manager_id is not null then coalesce(teams.team_id, targets.team_id)
            else targets.team_id
        end as team_id,
        targets.level,
        targets.metric,
        targets.value,
        targets.day
    from {{ ref('int_target_days') }} as targets
    left join {{ ref('dim_manager_teams') }} as teams
        on teams.manager_id = targets.manager_id
        and teams.from_day <= targets.day
        and teams.before_day > targets.day

),

of_managers as (

    select manager_id, team_id, metric, day, sum(value) as value
    from target_days
    where level = 'manager'
    group by manager_id, team_id, metric, day

),

given_in_teams as (

    select team_id, metric, day, sum(value) as value
    from of_managers
    group by team_id, metric, day

),

of_teams as (

    select
        null::text as manager_id,
        target_days.team_id,
        target_days.metric,
        target_days.day,
        sum(target_days.value) - coalesce(min(given_in_teams.value), 0) as value
    from target_days
    left join given_in_teams
        on given_in_teams.team_id = target_days.team_id
        and given_in_teams.metric = target_days.metric
        and given_in_teams.day = target_days.day
    where target_days.level = 'team'
    group by target_days.team_id, target_days.metric, target_days.day

),

below_the_company as (

    select * from of_managers
    union all
    select * from of_teams

),

given_in_all as (

    select metric, day, sum(value) as value
    from below_the_company
    group by metric, day

),

of_the_company as (

    select
        null::text as manager_id,
        null::text as team_id,
        target_days.metric,
        target_days.day,
        sum(target_days.value) - coalesce(min(given_in_all.value), 0) as value
    from target_days
    left join given_in_all
        on given_in_all.metric = target_days.metric
        and given_in_all.day = target_days.day
    where target_days.level = 'company'
    group by target_days.metric, target_days.day

),

final as (

    select * from below_the_company
    union all
    select * from of_the_company

)

select * from final
