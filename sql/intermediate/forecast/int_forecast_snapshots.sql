{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[{'columns': ['deal_id']}, {'columns': ['snapshot_on']}]
) }}

-- The open pipeline as it was known at the beginning of each month, and when each of its deals was won after that. A deal that was open at
-- no such moment has one row without one, so that an increment can replace what the deal had before.

with

settings as (

    {{ zone_and_today() }}

),

deals as (

    select
        deal_id,
        amount,
        currency,
        deleted_at,
        loaded_xid
    from {{ ref('int_deals') }}
    where {{ changed_since_last_build('loaded_xid') }}
    {%- if is_incremental() %}

    -- A month has begun: what is open has to be put down for it. Apart from the changed ones, since `or` would read all deals on every day.
    union all

    select
        deals.deal_id,
        deals.amount,
        deals.currency,
        deals.deleted_at,
        deals.loaded_xid
    from {{ ref('int_deals') }} as deals
    inner join {{ ref('fct_deals') }} as open_deals on open_deals.deal_id = deals.deal_id
    where
        open_deals.is_open
        and date_trunc('month', (select today from settings)) > (select max(snapshot_on) from {{ this }})
        and not {{ changed_since_last_build('deals.loaded_xid') }}
    {%- endif %}

),

stays as (

    select
        stays.deal_id,
        stays.stay_no,
        stays.pipeline_id,
        stays.stage_id,
        stays.step,
        stays.amount,
        stays.entered_at,
        stays.left_at
    from {{ ref('fct_deal_stage_stays') }} as stays
    inner join deals on deals.deal_id = stays.deal_id
    -- Of a deal that was deleted before anything of it was seen nobody knows where it stood.
    where
        not (stays.is_deal_deleted and stays.history_source = 'assumed')
    {%- if is_incremental() %}
        and {{ is_among('stays.deal_id', 'select deal_id from deals') }}
    {%- endif %}

),

open_stays as (

    select
        stays.*,
        months.month::date as snapshot_on,
        months.month at time zone settings.time_zone as snapshot_at
    from stays
    cross join settings
    cross join lateral generate_series(
        date_trunc('month', stays.entered_at at time zone settings.time_zone),
        least(stays.left_at at time zone settings.time_zone, settings.today::timestamp),
        interval '1 month'
    ) as months (month)
    where
        stays.step not in ('incoming', 'won', 'lost')
        and stays.entered_at <= months.month at time zone settings.time_zone
        and (stays.left_at is null or stays.left_at > months.month at time zone settings.time_zone)

),

wins as (

    select
        open_stays.deal_id,
        open_stays.snapshot_on,
        min(stays.entered_at) as won_at,
        (array_agg(stays.amount order by stays.stay_no))[1] as won_amount
    from open_stays
    inner join stays
        on stays.deal_id = open_stays.deal_id
        and stays.step = 'won'
        and stays.stay_no > open_stays.stay_no
    group by open_stays.deal_id, open_stays.snapshot_on

),

known_then as (

    select
        open_stays.deal_id,
        open_stays.snapshot_on,
        owners.owner_id as manager_id,
        case
            when prices.valid_to is null then coalesce(deals.amount, prices.amount)
            else prices.amount
        end as original_amount,
        coalesce(currencies.currency, deals.currency) as currency
    from open_stays
    inner join deals on deals.deal_id = open_stays.deal_id
    left join {{ ref('int_deal_ownership') }} as owners
        on owners.deal_id = open_stays.deal_id
        and owners.valid_from <= open_stays.snapshot_at
        and (owners.valid_to is null or open_stays.snapshot_at < owners.valid_to)
    left join {{ ref('int_deal_prices') }} as prices
        on prices.deal_id = open_stays.deal_id
        and prices.valid_from <= open_stays.snapshot_at
        and (prices.valid_to is null or open_stays.snapshot_at < prices.valid_to)
    left join {{ ref('int_deal_currencies') }} as currencies
        on currencies.deal_id = open_stays.deal_id
        and currencies.valid_from <= open_stays.snapshot_at
        and (currencies.valid_to is null or open_stays.snapshot_at < currencies.valid_to)

),

final as (

    select
        deals.deal_id,
        open_stays.pipeline_id,
        open_stays.stage_id,
        known_then.manager_id,

        round(known_then.original_amount * rates.rate, 2)::numeric(18, 2) as amount,
        wins.won_amount,
        {{ forecast_age_band('open_stays.entered_at', 'open_stays.snapshot_at') }} as age_band,

        open_stays.snapshot_on,
        (wins.won_at at time zone settings.time_zone)::date as won_on,
        (deals.deleted_at at time zone settings.time_zone)::date as deleted_on
    from deals
    cross join settings
    left join open_stays on open_stays.deal_id = deals.deal_id
    left join wins
        on wins.deal_id = open_stays.deal_id
        and wins.snapshot_on = open_stays.snapshot_on
    left join known_then
        on known_then.deal_id = open_stays.deal_id
        and known_then.snapshot_on = open_stays.snapshot_on
    {{ join_exchange_rate('rates', 'known_then.currency', 'open_stays.snapshot_on') }}

)

select * from final
