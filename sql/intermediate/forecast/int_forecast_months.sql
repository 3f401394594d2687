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
        -- Written so that Postgres does not take it for the other end of a range, of which it expects a two-hundredth of the table.
        and date_trunc('month', snapshots.snapshot_on::timestamp) < date_trunc('month', settings.today::timestamp)
        and (snapshots.deleted_on is null or snapshots.deleted_on >= snapshots.snapshot_on)

),

-- Deals of a manager with the same chance, summed before they meet it: there are thousands of times fewer of these.
cells as (

    select
        snapshot_on,
        stage_id,
        age_band,
        manager_id,
        count(*) as open_deals,
        count(*) filter (where is_won) as deals_won,
        count(*) filter (where coalesce(amount, 0) = 0) as deals_without_amount,
        coalesce(sum(amount), 0) as amount,
        coalesce(sum(amount * amount), 0) as amount_squares,
        coalesce(sum(won_amount) filter (where is_won), 0) as won_amount
    from snapshots
    group by snapshot_on, stage_id, age_band, manager_id

),

valued as (

    select
        cells.*,
        chances.chance,
        coalesce(chances.average_amount, 0) as average_amount
    from cells
    -- The first months have nothing to learn from, and so no forecast.
    inner join {{ ref('int_forecast_chances') }} as chances
        on chances.as_of = cells.snapshot_on
        and chances.stage_id = cells.stage_id
        and chances.age_band = cells.age_band

),

final as (

    select
        snapshot_on as month,
        manager_id,
        grouping(manager_id) = 1 as is_company,
        sum(open_deals)::bigint as open_deals,
        sum(deals_won)::bigint as deals_won,
        sum((amount + deals_without_amount * average_amount) * chance) as expected_amount,
        sum((amount_squares + deals_without_amount * average_amount ^ 2) * chance * (1 - chance)) as variance,
        -- Of the chance that not one of them is won.
        sum(open_deals * round(ln(1 - chance), 6)) as log_none,
        coalesce(sum(won_amount), 0)::numeric(18, 2) as actual_amount
    from valued
    group by grouping sets ((snapshot_on, manager_id), (snapshot_on))

)

select * from final
