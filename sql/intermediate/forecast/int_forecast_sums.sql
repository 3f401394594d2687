{{ config(materialized='table') }}

-- The snapshots, summed by all that the chances are learnt from and that they are tried on: read once here, not by each of them. An amount
-- without a history changes every snapshot of its deal, and so nearly every sum: they are not worth an increment.

select
    snapshot_on,
    stage_id,
    pipeline_id,
    age_band,
    manager_id,
    deleted_on,
    -- The longest horizon is 90 days.
    case when won_on - snapshot_on < 90 then won_on - snapshot_on end as won_after_days,
    count(*) as deals,
    count(*) filter (where won_amount > 0) as deals_with_won_amount,
    count(*) filter (where coalesce(amount, 0) = 0) as deals_without_amount,
    coalesce(sum(amount), 0) as amount,
    coalesce(sum(amount * amount), 0) as amount_squares,
    coalesce(sum(won_amount), 0) as won_amount,
    coalesce(sum(won_amount) filter (where won_amount > 0), 0) as positive_won_amount
from {{ ref('int_forecast_snapshots') }}
where snapshot_on is not null
group by 1, 2, 3, 4, 5, 6, 7
