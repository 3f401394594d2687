{{ config(materialized='table') }}

-- What earlier months have taught about the forecast itself, for each month and for the current one. `yield`: what came of what was
-- expected in the six months before, leaning on 1 with the weight of three months. `shock`: how far the whole went wrong in all months
-- before, beyond what the chances of single deals explain, as a squared share of the expected amount, leaning on a fifth (0.04) likewise.

with

settings as (

    select {{ today() }} as today

),

company as (

    select
        month,
        expected_amount,
        variance,
        actual_amount
    from {{ ref('int_forecast_months') }}
    where is_company

    union all

    select
        date_trunc('month', today)::date as month,
        null as expected_amount,
        null as variance,
        null as actual_amount
    from settings

),

yields as (

    select
        *,
        case
            when sum(expected_amount) over before > 0 then
                (sum(actual_amount) over before / sum(expected_amount) over before * count(expected_amount) over before + 3)
                / (count(expected_amount) over before + 3)
            else 1
        end as yield
    from company
    window before as (order by month rows between 6 preceding and 1 preceding)

),

misses as (

    select
        month,
        yield,
        ((actual_amount - yield * expected_amount) ^ 2 - yield ^ 2 * variance) / nullif(yield * expected_amount, 0) ^ 2 as miss
    from yields

),

final as (

    select
        month,
        round(yield, 6) as yield,
        round(greatest(0, (coalesce(sum(miss) over before, 0) + 3 * 0.04) / (count(miss) over before + 3)), 6) as shock
    from misses
    window before as (order by month rows between unbounded preceding and 1 preceding)

)

select * from final
