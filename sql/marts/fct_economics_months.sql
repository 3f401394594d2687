{{ config(materialized='table', indexes=[{'columns': ['month'], 'unique': true}]) }}

-- The company's economics, one row per month from the first to the last of which anything is known. What nobody has entered is null,
-- not 0: a month without costs of goods has no gross profit.

with

settings as (

    {{ zone_and_today() }}

),

facts as (

    select
        date_trunc('month', day)::date as month,
        sum(won_amount) as won_amount,
        sum(deals_won) as deals_won,
        sum(new_clients) as new_clients
    from {{ ref('fct_manager_days') }}
    group by date_trunc('month', day)::date

),

costs as (

    select
        months.month::date as month,
        fct_costs.kind,
        -- Of a quarter or a year each month has its share by days.
        fct_costs.amount * (
            least(fct_costs.period_to, (months.month + interval '1 month' - interval '1 day')::date)
            - greatest(fct_costs.period_from, months.month::date) + 1
        ) / (fct_costs.period_to - fct_costs.period_from + 1) as amount
    from {{ ref('fct_costs') }} as fct_costs
    cross join lateral generate_series(
        date_trunc('month', fct_costs.period_from::timestamp),
        fct_costs.period_to::timestamp,
        interval '1 month'
    ) as months (month)
    where fct_costs.amount is not null

),

cost_sums as (

    select
        month,
        sum(amount) filter (where kind = 'sales') as sales_costs,
        sum(amount) filter (where kind = 'marketing') as marketing_costs,
        sum(amount) filter (where kind = 'goods') as goods_costs
    from costs
    group by month

),

market as (

    select
        months.month::date as month,
        sum(
            sizes.amount * rates.rate
            / case sizes.period_kind when 'year' then 12 when 'quarter' then 3 else 1 end
        ) as market_size
    from {{ ref('stg_files__market_size') }} as sizes
    left join {{ ref('int_exchange_rates') }} as rates
        on rates.currency = coalesce(sizes.currency, (select currency from {{ source('conf', 'settings') }}))
        and rates.valid_from <= sizes.period_to
        and rates.valid_before > sizes.period_to
    cross join lateral generate_series(
        sizes.period_from::timestamp,
        sizes.period_to::timestamp,
        interval '1 month'
    ) as months (month)
    group by months.month::date

),

bounds as (

    select
        min(month) as first_month,
        max(month) as last_month
    from (
        select month from facts
        where won_amount <> 0 or deals_won > 0
        union all
        select month from cost_sums
        union all
        select month from market
    ) as months

),

months as (

    select generated.month::date as month
    from bounds
    cross join lateral generate_series(
        bounds.first_month::timestamp,
        bounds.last_month::timestamp,
        interval '1 month'
    ) as generated (month)

),

-- As of the end of the month, or today.
active as (

    select
        months.month,
        coalesce(sum(days.active_clients), 0)::bigint as active_clients
    from months
    cross join settings
    left join {{ ref('fct_client_days') }} as days
        on days.day = least((months.month + interval '1 month' - interval '1 day')::date, settings.today)
    group by months.month

),

final as (

    select
        months.month,

        coalesce(facts.won_amount, 0)::numeric(18, 2) as won_amount,
        coalesce(facts.deals_won, 0)::bigint as deals_won,
        coalesce(facts.new_clients, 0)::bigint as new_clients,
        case when months.month <= settings.today then active.active_clients end as active_clients,
        round(cost_sums.sales_costs, 2) as sales_costs,
        round(cost_sums.marketing_costs, 2) as marketing_costs,
        round(cost_sums.goods_costs, 2) as goods_costs,
        round(coalesce(facts.won_amount, 0) - cost_sums.goods_costs, 2) as gross_profit,
        round(market.market_size, 2) as market_size,
        -- Of the month before, the one before that … a year ago; null before the first, and for months to come.
        array[
            {% for months in range(1, 13) -%}
            case when months.month <= settings.today then lag(coalesce(facts.won_amount, 0)::numeric(18, 2), {{ months }}) over by_month end
            {%- if not loop.last %},{% endif %}
            {% endfor %}
        ] as previous_amounts,

        months.month::timestamp at time zone settings.time_zone as occurred_at
    from months
    left join settings on true
    left join facts on facts.month = months.month
    left join cost_sums on cost_sums.month = months.month
    left join market on market.month = months.month
    left join active on active.month = months.month
    window by_month as (order by months.month)

)

select * from final
