{{ config(materialized='table', indexes=[{'columns': ['target_id'], 'unique': true}]) }}

with

settings as (

    select currency from {{ source('conf', 'settings') }}
    limit 1

),

targets as (

    select * from {{ ref('stg_files__targets') }}

),

-- One row per metric that the row sets a target for.
metrics as (

    select
        targets.*,
        metric.metric,
        metric.value
    from targets
    cross join lateral (
        values
        ('amount', targets.amount),
        ('deals', targets.deals),
        ('new_clients', targets.new_clients),
        ('proposals', targets.proposals),
        ('calls', targets.calls),
        ('emails', targets.emails),
        ('meetings', targets.meetings),
        ('tasks', targets.tasks)
    ) as metric (metric, value)
    where metric.value is not null

),

matched as (

    select
        metrics.target_row_id || ':' || metrics.metric as target_id,
        metrics.account_id,
        managers.manager_id,
        coalesce(of_manager.team_id, teams.team_id) as team_id,
        metrics.manager_ref,
        metrics.team_ref,
        case
            when metrics.manager_ref is not null then 'manager'
            when metrics.team_ref is not null then 'team'
            else 'company'
        end as level,
        metrics.metric,
        metrics.period_kind,
        metrics.file,
        metrics.sheet,
        metrics.row_number,
        case when metrics.metric = 'amount' then coalesce(metrics.currency, settings.currency) end as currency,
        metrics.value as original_value,
        round(case when metrics.metric = 'amount' then metrics.value * rates.rate else metrics.value end, 2) as value,
        case
            when metrics.manager_ref is not null then managers.unmatched_reason
            when metrics.team_ref is not null then teams.unmatched_reason
        end as unmatched_reason,
        metrics.period_from,
        metrics.period_to
    from metrics
    left join settings on true
    left join {{ ref('int_file_managers') }} as managers on managers.manager_ref = metrics.manager_ref
    left join {{ ref('dim_managers') }} as of_manager on of_manager.manager_id = managers.manager_id
    left join {{ ref('int_file_teams') }} as teams on teams.team_ref = metrics.team_ref
    -- A plan is made at the beginning: the rate of its first day.
    left join {{ ref('int_exchange_rates') }} as rates
        on rates.currency = coalesce(metrics.currency, settings.currency)
        and rates.valid_from <= metrics.period_from
        and rates.valid_before > metrics.period_from

),

-- A manager may be named by an address in one row and by a name in another: the row met first counts.
final as (

    select
        target_id,
        account_id,
        manager_id,
        team_id,

        manager_ref,
        team_ref,
        level,
        metric,
        period_kind,
        currency,
        file,
        sheet,

        row_number,
        original_value,
        value,

        case
            when unmatched_reason is not null then unmatched_reason
            when value is null then 'no_exchange_rate'
        end as unmatched_reason,
        row_number() over (
            partition by
                level,
                coalesce(manager_id, manager_ref),
                case when level = 'team' then coalesce(team_id, team_ref) end,
                metric, period_kind, period_from
            order by account_id, file, row_number, target_id
        ) > 1 as is_repeated,

        period_from,
        period_to
    from matched

)

select * from final
