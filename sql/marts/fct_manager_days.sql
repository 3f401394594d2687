{{ config(
    materialized='table',
    indexes=[
        {'columns': ['manager_day_id'], 'unique': true},
        {'columns': ['occurred_at']}
    ]
) }}

-- The scorecard's components: each fact is summed to manager and day by itself, then the sums meet, so that no fact multiplies another.
-- A new component is one more CTE with the three keys, one more branch of `components` and one more sum.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

managers as (

    select manager_id, team_id, team from {{ ref('dim_managers') }}

),

teams as (

    select team_id, min(team) as team
    from managers
    where team_id is not null
    group by team_id

),

deal_events as (

    select
        owner_id as manager_id,
        client_id,
        event,
        step,
        is_skipped,
        amount,
        (occurred_at at time zone settings.time_zone)::date as day,
        -- A client's first won deal makes it a client.
        event = 'won' and client_id is not null and row_number() over (
            partition by event, client_id
            order by occurred_at, deal_id
        ) = 1 as is_first_win
    from {{ ref('fct_deal_events') }}
    cross join settings
    where event in ('created', 'reached', 'won', 'lost')

),

deals as (

    select
        manager_id,
        day,
        count(*) filter (where event = 'created') as leads_new,
        count(*) filter (where event = 'reached' and step = 'proposal' and not is_skipped) as proposals_sent,
        count(*) filter (where event = 'won') as deals_won,
        count(*) filter (where event = 'lost') as deals_lost,
        count(*) filter (where is_first_win) as new_clients,
        coalesce(sum(amount) filter (where event = 'won'), 0) as won_amount
    from deal_events
    group by manager_id, day

),

tasks as (

    select
        coalesce(completed_by_id, manager_id) as manager_id,
        (completed_at at time zone settings.time_zone)::date as day,
        count(*) as tasks_done
    from {{ ref('fct_tasks') }}
    cross join settings
    where
        is_completed
        and completed_at is not null
    group by coalesce(completed_by_id, manager_id), (completed_at at time zone settings.time_zone)::date

),

plan as (

    select
        manager_id,
        team_id,
        day,
        sum(value) filter (where metric = 'amount') as plan_amount,
        sum(value) filter (where metric = 'deals') as plan_deals,
        sum(value) filter (where metric = 'new_clients') as plan_new_clients,
        sum(value) filter (where metric = 'proposals') as plan_proposals,
        sum(value) filter (where metric = 'calls') as plan_calls,
        sum(value) filter (where metric = 'emails') as plan_emails,
        sum(value) filter (where metric = 'meetings') as plan_meetings,
        sum(value) filter (where metric = 'tasks') as plan_tasks
    from {{ ref('int_plan_days') }}
    group by manager_id, team_id, day

),

components as (

    select
        deals.manager_id, managers.team_id, deals.day,
        deals.leads_new, deals.proposals_sent, deals.deals_won, deals.deals_lost, deals.new_clients, deals.won_amount,
        null::bigint as tasks_done,
        null::numeric as plan_amount, null::numeric as plan_deals, null::numeric as plan_new_clients,
        null::numeric as plan_proposals, null::numeric as plan_calls, null::numeric as plan_emails,
        null::numeric as plan_meetings, null::numeric as plan_tasks
    from deals
    left join managers on managers.manager_id = deals.manager_id

    union all

    select
        tasks.manager_id, managers.team_id, tasks.day,
        null, null, null, null, null, null,
        tasks.tasks_done,
        null, null, null, null, null, null, null, null
    from tasks
    left join managers on managers.manager_id = tasks.manager_id

    union all

    select
        plan.manager_id, plan.team_id, plan.day,
        null, null, null, null, null, null,
        null,
        plan.plan_amount, plan.plan_deals, plan.plan_new_clients,
        plan.plan_proposals, plan.plan_calls, plan.plan_emails,
        plan.plan_meetings, plan.plan_tasks
    from plan

),

summed as (

    select
        manager_id,
        team_id,
        day,
        coalesce(sum(leads_new), 0)::bigint as leads_new,
        coalesce(sum(proposals_sent), 0)::bigint as proposals_sent,
        coalesce(sum(deals_won), 0)::bigint as deals_won,
        coalesce(sum(deals_lost), 0)::bigint as deals_lost,
        coalesce(sum(new_clients), 0)::bigint as new_clients,
        coalesce(sum(won_amount), 0)::numeric(18, 2) as won_amount,
        coalesce(sum(tasks_done), 0)::bigint as tasks_done,
        sum(plan_amount) as plan_amount,
        sum(plan_deals) as plan_deals,
        sum(plan_new_clients) as plan_new_clients,
        sum(plan_proposals) as plan_proposals,
        sum(plan_calls) as plan_calls,
        sum(plan_emails) as plan_emails,
        sum(plan_meetings) as plan_meetings,
        sum(plan_tasks) as plan_tasks
    from components
    group by manager_id, team_id, day

),

final as (

    select
        concat_ws(':', coalesce(summed.manager_id, 'nobody'), coalesce(summed.team_id, 'no team'), summed.day) as manager_day_id,
        summed.manager_id,
        summed.team_id,

        teams.team,

        summed.leads_new,
        summed.proposals_sent,
        summed.deals_won,
        summed.deals_lost,
        summed.new_clients,
        summed.won_amount,
        summed.tasks_done,
        summed.plan_amount,
        summed.plan_deals,
        summed.plan_new_clients,
        summed.plan_proposals,
        summed.plan_calls,
        summed.plan_emails,
        summed.plan_meetings,
        summed.plan_tasks,

        summed.day,
        summed.day::timestamp at time zone settings.time_zone as occurred_at
    from summed
    left join teams on teams.team_id = summed.team_id
    left join settings on true

)

select * from final
