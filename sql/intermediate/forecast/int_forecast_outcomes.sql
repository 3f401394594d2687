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
        snapshots.snapshot_on,
        snapshots.pipeline_id,
        snapshots.stage_id,
        snapshots.age_band,
        snapshots.deleted_on,
        case when snapshots.won_on - snapshots.snapshot_on < 90 then snapshots.won_on - snapshots.snapshot_on end as won_after_days,
        count(*) as deals,
        count(*) filter (where snapshots.won_amount > 0) as deals_with_won_amount,
        coalesce(sum(snapshots.won_amount) filter (where snapshots.won_amount > 0), 0) as won_amount
    from {{ ref('int_forecast_snapshots') }} as snapshots
    cross join settings
    -- 24 months of back-test, and what they and the longest horizon learn from.
    where snapshots.snapshot_on >= date_trunc('month', settings.today) - interval '34 months'
    group by 1, 2, 3, 4, 5, 6

)

select * from final
