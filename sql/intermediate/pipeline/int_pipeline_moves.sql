{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[{'columns': ['deal_id']}]
) }}

-- What changed the open pipeline: an open deal came in, changed its price, its owner or its pipeline, or left. A hand-over is two rows,
-- out of the one's and into the other's. A deleted deal never was there. Every deal has a row of kind 'none', so that one whose moves
-- are gone loses them here, too.

with

deals as (

    select
        deals.deal_id,
        deals.amount,
        deals.is_deleted,
        rates.rate
    from {{ ref('int_deals') }} as deals
    -- One rate for the life of a deal, that of the day it was created on: with a new one every day no pipeline would add up.
    {{ join_exchange_rate('rates', 'deals.currency', business_day('deals.created_at')) }}
    where {{ changed_since_last_build('deals.loaded_xid') }}

),

stages as (

    select * from {{ ref('dim_stages') }}

),

-- Only entries that open or close a deal, or take it to another pipeline: most moves do neither.
stage_changes as (

    select
        stays.deal_id,
        stays.entered_at as changed_at,
        entries.order_key,
        stays.stay_no,
        stays.pipeline_id,
        stays.step not in ('incoming', 'won', 'lost') as is_open,
        stays.step
    from {{ ref('fct_deal_stage_stays') }} as stays
    inner join deals on deals.deal_id = stays.deal_id
    inner join {{ ref('int_deal_stage_stays') }} as entries
        on entries.deal_id = stays.deal_id
        and entries.stay_no = stays.stay_no
    left join stages as previous on previous.stage_id = stays.previous_stage_id
    where
        not deals.is_deleted
        and (
            previous.stage_id is null
            or previous.pipeline_id <> stays.pipeline_id
            or (previous.step in ('incoming', 'won', 'lost')) <> (stays.step in ('incoming', 'won', 'lost'))
        )

),

changes as (

    select
        deal_id,
        changed_at,
        order_key,
        -- At one moment without an order the deal has its owner and its price before it enters a stage.
        3 as place,
        stay_no as place_no,
        pipeline_id,
        is_open,
        step,
        null as owner_id,
        null::numeric as amount
    from stage_changes

    union all

    select
        ownership.deal_id,
        ownership.valid_from,
        ownership.order_key,
        1,
        ownership.ownership_no,
        null,
        null,
        null,
        coalesce(ownership.owner_id, ''),
        null
    from {{ ref('int_deal_ownership') }} as ownership
    inner join deals on deals.deal_id = ownership.deal_id
    where not deals.is_deleted

    union all

    select
        prices.deal_id,
        prices.valid_from,
        prices.order_key,
        2,
        prices.price_no,
        null,
        null,
        null,
        null,
        coalesce(case when prices.valid_to is null then deals.amount end, prices.amount, 0)
    from {{ ref('int_deal_prices') }} as prices
    inner join deals on deals.deal_id = prices.deal_id
    where not deals.is_deleted

),

numbered as (

    select
        *,
        count(step) over so_far as stage_no,
        count(owner_id) over so_far as owner_no,
        count(amount) over so_far as price_no,
        row_number() over so_far as change_no
    from changes
    window so_far as (partition by deal_id order by changed_at, order_key collate "C", place, place_no)

),

-- Each change carries what else held then: of the rows that share a number one has the value.
states as (

    select
        numbered.deal_id,
        numbered.changed_at,
        numbered.change_no,
        coalesce(max(numbered.is_open::int) over of_stage, 0) = 1 as is_open,
        max(numbered.step) over of_stage as step,
        max(numbered.pipeline_id) over of_stage as pipeline_id,
        nullif(max(numbered.owner_id) over (partition by numbered.deal_id, numbered.owner_no), '') as owner_id,
        round(
            coalesce(max(numbered.amount) over (partition by numbered.deal_id, numbered.price_no), deals.amount, 0)
            * coalesce(deals.rate, 0),
            2
        )::numeric(18, 2) as amount
    from numbered
    inner join deals on deals.deal_id = numbered.deal_id
    window of_stage as (partition by numbered.deal_id, numbered.stage_no)

),

compared as (

    select
        *,
        coalesce(lag(is_open) over deal, false) as was_open,
        lag(step) over deal as step_before,
        lag(pipeline_id) over deal as pipeline_before,
        lag(owner_id) over deal as owner_before,
        lag(amount) over deal as amount_before
    from states
    window deal as (partition by deal_id order by change_no)

),

moves as (

    -- Came in, new or back from a closed stage.
    select
        deal_id,
        change_no,
        owner_id,
        pipeline_id,
        case when step_before in ('won', 'lost') then 'reopened' else 'created' end as kind,
        1 as deals,
        amount,
        changed_at as occurred_at
    from compared
    where
        is_open
        and not was_open

    union all

    -- Left: won, lost, or put back to incoming, which is nobody's work again.
    select
        deal_id,
        change_no,
        owner_before,
        pipeline_before,
        case when step in ('won', 'lost') then step else 'handed' end,
        -1,
        -amount_before,
        changed_at
    from compared
    where
        was_open
        and not is_open

    union all

    select
        deal_id,
        change_no,
        owner_before,
        pipeline_before,
        'handed',
        -1,
        -amount_before,
        changed_at
    from compared
    where
        is_open
        and was_open
        and (owner_id, pipeline_id) is distinct from (owner_before, pipeline_before)

    union all

    select
        deal_id,
        change_no,
        owner_id,
        pipeline_id,
        'handed',
        1,
        amount_before,
        changed_at
    from compared
    where
        is_open
        and was_open
        and (owner_id, pipeline_id) is distinct from (owner_before, pipeline_before)

    union all

    select
        deal_id,
        change_no,
        owner_id,
        pipeline_id,
        case when amount > amount_before then 'raised' else 'lowered' end,
        0,
        amount - amount_before,
        changed_at
    from compared
    where
        is_open
        and was_open
        and amount <> amount_before

),

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

final as (

    select
        moves.deal_id,
        moves.change_no,
        moves.owner_id,
        moves.pipeline_id,
        moves.kind,
        moves.deals,
        moves.amount,
        moves.occurred_at,
        (moves.occurred_at at time zone settings.time_zone)::date as day
    from moves
    cross join settings

    union all

    select deal_id, 0, null, null, 'none', 0, 0, null, null
    from deals

)

select * from final
