{{ config(materialized='table') }}

-- How many of the deals of each snapshot were won on which day after it: all that the chances are learnt from, small enough to be summed
-- for every month of the back-test.

with

settings as (

    select {{ today() }} as today
    from {{ source('conf', 'settings') }}
    limit 1

),

final as (

    select
        sums.snapshot_on,
        sums.pipeline_id,
        sums.stage_id,
        sums.age_band,
        sums.deleted_on,
        sums.won_after_days,
        sum(sums.deals)::bigint as deals,
        sum(sums.deals_with_won_amount)::bigint as deals_with_won_amount,
        sum(sums.positive_won_amount) as won_amount
    from {{ ref('int_forecast_sums') }} as sums
    where
        -- 24 months of back-test, and what they and the longest horizon learn from.
        sums.snapshot_on >= (select date_trunc('month', today) - interval '34 months' from settings)
        and sums.deals > 0
    group by 1, 2, 3, 4, 5, 6

)

select * from final
