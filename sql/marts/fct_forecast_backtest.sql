{{ config(materialized='table', indexes=[{'columns': ['backtest_id'], 'unique': true}]) }}

-- What the forecast would have said at the beginning of each of the last 24 months that are over, of the deals that were open then, against
-- what they came to; by manager, and for the company as a whole. The baseline says: as in the month before.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

months as (

    select
        months.month,
        months.manager_id,
        case when months.is_company then 'company' else 'manager' end as level,
        months.open_deals,
        months.deals_won,
        months.actual_amount,
        months.log_none,
        round(corrections.yield * months.expected_amount, 2) as expected_amount,
        round(
            corrections.yield ^ 2 * months.variance + corrections.shock * (corrections.yield * months.expected_amount) ^ 2,
            2
        ) as variance
    from {{ ref('int_forecast_months') }} as months
    inner join {{ ref('int_forecast_corrections') }} as corrections on corrections.month = months.month

),

bounded as (

    select
        months.*,
        {{ forecast_bound('months.expected_amount', 'months.variance', 'months.log_none', false) }} as expected_low,
        {{ forecast_bound('months.expected_amount', 'months.variance', 'months.log_none', true) }} as expected_high,
        -- Who had no open deal a month before has sold nothing out of them; of the first month nothing is known.
        case
            when months.month > min(months.month) over () then coalesce(before.actual_amount, 0)
        end as naive_amount
    from months
    left join months as before
        on before.month = (months.month - interval '1 month')::date
        and before.level = months.level
        and before.manager_id is not distinct from months.manager_id

),

final as (

    select
        case when level = 'company' then 'company' else coalesce(manager_id, 'nobody') end || ':' || month as backtest_id,
        manager_id,

        level,

        open_deals,
        deals_won,
        expected_amount,
        expected_low,
        expected_high,
        variance,
        actual_amount,
        naive_amount,

        actual_amount between expected_low and expected_high as is_within,

        month,
        month::timestamp at time zone settings.time_zone as occurred_at
    from bounded
    cross join settings

)

select * from final
