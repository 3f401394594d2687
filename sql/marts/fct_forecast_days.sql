{{ config(materialized='table', indexes=[{'columns': ['forecast_day_id'], 'unique': true}]) }}

-- What the deals that are open today are expected to bring on each of the next 90 days: the share of each 30 days, evenly over them.

with

settings as (

    select
        time_zone,
        {{ today() }} as today
    from {{ source('conf', 'settings') }}
    limit 1

),

sums as (

    select
        manager_id,
        sum(expected_30) as expected_30,
        sum(expected_60) as expected_60,
        sum(expected_90) as expected_90
    from {{ ref('fct_deal_forecasts') }}
    group by manager_id

),

final as (

    select
        concat_ws(':', coalesce(sums.manager_id, 'nobody'), coalesce(managers.team_id, 'no team'), settings.today + days.day_no)
            as forecast_day_id,
        sums.manager_id,
        managers.team_id,

        managers.team,

        round(
            case days.day_no / 30
                when 0 then sums.expected_30
                when 1 then sums.expected_60 - sums.expected_30
                else sums.expected_90 - sums.expected_60
            end / 30,
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
