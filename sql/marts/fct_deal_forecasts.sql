{{ config(materialized='table', indexes=[{'columns': ['deal_id'], 'unique': true}]) }}

-- What every open deal is worth to the forecast today.

with

settings as (

    select
        time_zone,
        {{ today() }} as today,
        {{ today() }}::timestamp at time zone time_zone as now_at
    from {{ source('conf', 'settings') }}
    limit 1

),

deals as (

    select
        deals.deal_id,
        deals.owner_id as manager_id,
        deals.pipeline_id,
        deals.stage_id,
        deals.client_id,
        deals.amount,
        -- What entered its stage today is at the beginning of its stay.
        {{ forecast_age_band('least(deals.stage_entered_at, settings.now_at)', 'settings.now_at') }} as age_band
    from {{ ref('fct_deals') }} as deals
    cross join settings
    where
        deals.is_open
        and not deals.is_incoming
        and not deals.is_deleted

),

horizons as (

    select
        stage_id,
        age_band,
        min(average_amount) filter (where horizon_days = 30) as average_amount,
        min(chance) filter (where horizon_days = 7) as chance_7,
        min(chance) filter (where horizon_days = 14) as chance_14,
        min(chance) filter (where horizon_days = 30) as chance_30,
        min(chance) filter (where horizon_days = 60) as chance_60,
        min(chance) filter (where horizon_days = 90) as chance_90
    from {{ ref('int_forecast_chances') }} as chances
    inner join settings on chances.as_of = settings.today
    group by stage_id, age_band

),

correction as (

    select yield, shock
    from {{ ref('int_forecast_corrections') }}
    order by month desc
    limit 1

),

-- Worked out for each stage and age, of which there are a few, and not for each deal.
chances as materialized (

    select
        horizons.stage_id,
        horizons.age_band,
        horizons.average_amount,
        horizons.chance_30,
        horizons.chance_30 * (1 - horizons.chance_30) as variance_30,
        round(ln(1 - horizons.chance_30), 6) as log_none_30,
        -- A longer time never has a smaller chance, even where it was learnt from other months.
        correction.yield * least(horizons.chance_7, horizons.chance_14, horizons.chance_30) as yield_7,
        correction.yield * least(horizons.chance_14, horizons.chance_30) as yield_14,
        correction.yield * horizons.chance_30 as yield_30,
        correction.yield * greatest(horizons.chance_30, horizons.chance_60) as yield_60,
        correction.yield * greatest(horizons.chance_30, horizons.chance_60, horizons.chance_90) as yield_90
    from horizons
    cross join correction

),

valued as (

    select
        deals.*,
        coalesce(nullif(deals.amount, 0), chances.average_amount, 0) as forecast_amount,
        chances.chance_30,
        chances.variance_30,
        chances.log_none_30,
        chances.yield_7,
        chances.yield_14,
        chances.yield_30,
        chances.yield_60,
        chances.yield_90
    from deals
    left join chances
        on chances.stage_id = deals.stage_id
        and chances.age_band = deals.age_band

),

final as (

    select
        valued.deal_id,
        valued.manager_id,
        valued.pipeline_id,
        valued.stage_id,
        valued.client_id,

        valued.amount,
        valued.forecast_amount,
        valued.age_band,
        rates.win_rate as stage_win_rate,
        round(valued.amount * rates.win_rate, 2) as weighted_amount,
        valued.chance_30,
        round(valued.forecast_amount * valued.yield_7, 2) as expected_7,
        round(valued.forecast_amount * valued.yield_14, 2) as expected_14,
        round(valued.forecast_amount * valued.yield_30, 2) as expected_30,
        round(valued.forecast_amount * valued.yield_60, 2) as expected_60,
        round(valued.forecast_amount * valued.yield_90, 2) as expected_90,
        round((correction.yield * valued.forecast_amount) ^ 2 * valued.variance_30, 2) as variance_30,
        valued.log_none_30,
        correction.shock,

        settings.now_at as occurred_at
    from valued
    cross join settings
    cross join correction
    left join {{ ref('fct_stage_win_rates') }} as rates on rates.stage_id = valued.stage_id

)

select * from final
