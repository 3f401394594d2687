{{ config(materialized='table', indexes=[{'columns': ['cost_id'], 'unique': true}]) }}

with

settings as (

    select currency, time_zone from {{ source('conf', 'settings') }}
    limit 1

),

costs as (

    select * from {{ ref('stg_files__costs') }}

),

final as (

    select
        costs.cost_id,
        costs.account_id,
        managers.manager_id,
        coalesce(teams.team_id, of_manager.team_id) as team_id,

        costs.kind,
        costs.category,
        costs.document,
        costs.comment,
        costs.period_kind,
        coalesce(costs.currency, settings.currency) as currency,
        costs.manager_ref,
        costs.team_ref,
        costs.file,
        costs.sheet,

        costs.row_number,
        costs.amount as original_amount,
        round(costs.amount * rates.rate, 2) as amount,

        case
            when rates.rate is null then 'no_exchange_rate'
            when costs.manager_ref is not null and managers.manager_id is null then managers.unmatched_reason
            when costs.team_ref is not null and teams.team_id is null then teams.unmatched_reason
        end as unmatched_reason,

        costs.period_from,
        costs.period_to,
        costs.period_from::timestamp at time zone settings.time_zone as occurred_at
    from costs
    left join settings on true
    left join {{ ref('int_file_managers') }} as managers on managers.manager_ref = costs.manager_ref
    left join {{ ref('dim_managers') }} as of_manager on of_manager.manager_id = managers.manager_id
    left join {{ ref('int_file_teams') }} as teams on teams.team_ref = costs.team_ref
    -- What was spent during a period is on the books at its end: the rate of its last day.
    left join {{ ref('int_exchange_rates') }} as rates
        on rates.currency = coalesce(costs.currency, settings.currency)
        and rates.valid_from <= costs.period_to
        and rates.valid_before > costs.period_to

)

select * from final
