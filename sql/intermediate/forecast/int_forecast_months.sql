{{ config(materialized='table') }}

-- What the chances known at the beginning of a month say of the deals that were open then, and what they came to; by manager, and for the
-- company as a whole.

with

settings as (

    select {{ today() }} as today

),

sums as (

    select
        sums.*,
        coalesce(
            sums.won_after_days < (sums.snapshot_on + interval '1 month')::date - sums.snapshot_on
            -- What is deleted leaves the fact, as it leaves every KPI; that it would be nobody knew.
            and sums.deleted_on is null,
            false
        ) as is_won
    from {{ ref('int_forecast_sums') }} as sums
    cross join settings
    where
        sums.snapshot_on >= date_trunc('month', settings.today::timestamp) - interval '24 months'
        and sums.snapshot_on < date_trunc('month', settings.today::timestamp)
        and (sums.deleted_on is null or sums.deleted_on >= sums.snapshot_on)
        and sums.deals > 0

),

-- Deals of a manager with the same chance, summed before they meet it: there are fewer of these.
cells as (

    select
        snapshot_on,
        stage_id,
        age_band,
        manager_id,
        sum(deals) as open_deals,
        coalesce(sum(deals) filter (where is_won), 0) as deals_won,
        sum(deals_without_amount) as deals_without_amount,
        sum(amount) as amount,
        sum(amount_squares) as amount_squares,
        coalesce(sum(won_amount) filter (where is_won), 0) as won_amount
    from sums
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
