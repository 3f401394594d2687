{{ config(materialized='table', indexes=[{'columns': ['warning_id'], 'unique': true}]) }}

-- The indicators of managers at the end of the last week that is over, and what drops of them have meant before.

with

settings as (

    select
        time_zone,
        (date_trunc('week', {{ today() }}::timestamp) - interval '1 week')::date as last_week
    from {{ source('conf', 'settings') }}
    limit 1

),

signals as (

    select signals.*
    from {{ ref('int_early_signals') }} as signals
    cross join settings
    -- After a week without a working day the one before it is the last.
    where
        signals.week = (select max(week) from {{ ref('int_manager_weeks') }})
        and signals.week >= settings.last_week - 21

),

-- Where drops told the most: four weeks that begin so many weeks later.
effects as (

    select distinct on (indicator) *
    from {{ ref('fct_early_warning_effects') }}
    where is_enough
    order by indicator, sales_drop desc, lead_weeks

),

managers as (

    select * from {{ ref('dim_managers') }}
    where is_active

),

final as (

    select
        signals.manager_id || ':' || signals.indicator as warning_id,
        signals.manager_id,

        signals.indicator,

        signals.recent_value,
        signals.recent_days,
        signals.baseline_value,
        signals.baseline_days,
        signals.drop_rate,
        coalesce(effects.cases, 0) as cases_before,
        effects.amount_after as amount_after_before,
        effects.amount_expected as amount_expected_before,
        effects.sales_drop as sales_drop_before,
        effects.sales_drop_low as sales_drop_before_low,
        effects.sales_drop_high as sales_drop_before_high,
        effects.lead_weeks as lead_time_weeks,

        signals.is_fallen,

        signals.week,
        signals.week::timestamp at time zone settings.time_zone as occurred_at
    from signals
    cross join settings
    inner join managers on managers.manager_id = signals.manager_id
    left join effects on effects.indicator = signals.indicator

)

select * from final
