{{ config(materialized='table') }}

-- What the chances known at the beginning of a month say of the deals that were open then, and what they came to; by manager, and for the
-- company as a whole.

with

settings as (

    select {{ today() }} as today

),

snapshots as (

    select
        snapshots.*,
        coalesce(
            snapshots.won_on < (snapshots.snapshot_on + interval '1 month')::date
            -- What is deleted leaves the fact, as it leaves every KPI; that it would be nobody knew.
            and snapshots.deleted_on is null,
            false
        ) as is_won
    from {{ ref('int_forecast_snapshots') }} as snapshots
    cross join settings
    where
        snapshots.snapshot_on >= date_trunc('month', settings.today::timestamp) - interval '24 months'
        and snapshots.snapshot_on < date_trunc('month', settings.today::timestamp)
        and (snapshots.deleted_on is null or snapshots.deleted_on >= snapshots.snapshot_on)

),

valued as (

    select
        snapshots.snapshot_on,
        snapshots.manager_id,
        snapshots.is_won,
        snapshots.won_amount,
        chances.chance,
        coalesce(nullif(snapshots.amount, 0), chances.average_amount, 0) as amount
    from snapshots
    -- The first months have nothing to learn from, and so no forecast.
    inner join {{ ref('int_forecast_chances') }} as chances
        on chances.as_of = snapshots.snapshot_on
        and chances.stage_id = snapshots.stage_id
        and chances.age_band = snapshots.age_band

),

final as (

    select
        snapshot_on as month,
        manager_id,
        grouping(manager_id) = 1 as is_company,
        count(*) as open_deals,
        count(*) filter (where is_won) as deals_won,
        sum(amount * chance) as expected_amount,
        sum(amount ^ 2 * chance * (1 - chance)) as variance,
        -- Of the chance that not one of them is won.
        sum(round(ln(1 - chance), 6)) as log_none,
        coalesce(sum(won_amount) filter (where is_won), 0)::numeric(18, 2) as actual_amount
    from valued
    group by grouping sets ((snapshot_on, manager_id), (snapshot_on))

)

select * from final
