{{ config(
    materialized='incremental',
    unique_key=['snapshot_on', 'stage_id'],
    indexes=[{'columns': ['snapshot_on', 'stage_id']}]
) }}

-- The snapshots, summed by all that the chances are learnt from and that they are tried on. An increment sums anew the months of stages
-- where something changed; one that lost its last deal keeps a row of none.

with

{% if is_incremental() -%}
touched as (

    select snapshot_on, coalesce(stage_id, gone_from_stage_id) as stage_id
    from {{ ref('int_forecast_snapshots') }}
    where
        {{ changed_since_last_build('loaded_xid') }}
        and snapshot_on is not null

    union

    -- A month has begun, and has been put down for deals that did not change: everything is summed anew, once a month.
    select snapshot_on, coalesce(stage_id, gone_from_stage_id)
    from {{ ref('int_forecast_snapshots') }}
    where
        snapshot_on is not null
        and (select max(snapshot_on) from {{ ref('int_forecast_snapshots') }})
        > (select coalesce(max(snapshot_on), '-infinity') from {{ this }})

),

{% endif -%}
final as (

    select
        {{ 'touched' if is_incremental() else 'snapshots' }}.snapshot_on,
        {{ 'touched' if is_incremental() else 'snapshots' }}.stage_id,
        snapshots.pipeline_id,
        snapshots.age_band,
        snapshots.manager_id,
        snapshots.deleted_on,
        -- The longest horizon is 90 days.
        case when snapshots.won_on - snapshots.snapshot_on < 90 then snapshots.won_on - snapshots.snapshot_on end as won_after_days,
        count(snapshots.deal_id) as deals,
        count(*) filter (where snapshots.won_amount > 0) as deals_with_won_amount,
        count(snapshots.deal_id) filter (where coalesce(snapshots.amount, 0) = 0) as deals_without_amount,
        coalesce(sum(snapshots.amount), 0) as amount,
        coalesce(sum(snapshots.amount * snapshots.amount), 0) as amount_squares,
        coalesce(sum(snapshots.won_amount), 0) as won_amount,
        coalesce(sum(snapshots.won_amount) filter (where snapshots.won_amount > 0), 0) as positive_won_amount
    {% if is_incremental() -%}
    from touched
    -- By the index, month by month and stage by stage, however many the planner expects.
    left join lateral (
        select * from {{ ref('int_forecast_snapshots') }} as looked_up
        where
            looked_up.snapshot_on = touched.snapshot_on
            and looked_up.stage_id = touched.stage_id
        offset 0
    ) as snapshots on true
    {%- else -%}
    from {{ ref('int_forecast_snapshots') }} as snapshots
    -- Without those of a stage the deal turned out not to have stood in.
    where
        snapshots.snapshot_on is not null
        and snapshots.stage_id is not null
    {%- endif %}
    group by 1, 2, 3, 4, 5, 6, 7

)

select * from final
