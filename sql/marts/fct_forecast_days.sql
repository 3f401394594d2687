{{ config(materialized='table', indexes=[{'columns': ['forecast_day_id'], 'unique': true}]) }}

-- What the deals that are open today are expected to bring on each of the next 90 days: what falls into the first
-- week, the second, the rest of 30 days, the second and third 30, evenly over its days.

with

settings as (

    {{ zone_and_today() }}

),

sums as (

    select
        manager_id,
        sum(expected_7) as expected_7,
        sum(expected_14) as expected_14,
        sum(expected_30) as expected_30,
        sum(expected_60) as expected_60,
        sum(expected_90) as expected_90
    from {{ ref('fct_deal_forecasts') }}
    group by manager_id

),

final as (

    select
        concat_ws(':', 'expected', coalesce(sums.manager_id, 'nobody'), settings.today + days.day_no)
            as forecast_day_id,
        sums.manager_id,
        managers.team_id,

        managers.team,

        round(
            case
                when days.day_no < 7 then sums.expected_7 / 7
                when days.day_no < 14 then (sums.expected_14 - sums.expected_7) / 7
                when days.day_no < 30 then (sums.expected_30 - sums.expected_14) / 16
                when days.day_no < 60 then (sums.expected_60 - sums.expected_30) / 30
                else (sums.expected_90 - sums.expected_60) / 30
            end,
            4
        ) as expected_amount,

        settings.today + days.day_no as day,
        (settings.today + days.day_no)::timestamp at time zone settings.time_zone as occurred_at
    from sums
    cross join settings
    cross join generate_series(0, 89) as days (day_no)
    left join {{ ref('dim_managers') }} as managers on managers.manager_id = sums.manager_id

)

select * from final
