{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[
        {'columns': ['stay_id'], 'unique': true},
        {'columns': ['deal_id']},
        {'columns': ['stage_id', 'entered_at']},
        {'columns': ['left_at']},
        {'columns': ['loss_reason_id']}
    ]
) }}

with

deals as (

    select * from {{ ref('int_deals') }} as deals
    where {{ key_changed_since_last_build('deals.deal_id', ref('int_deals'), 'deal_id') }}

),

stage_stays as (

    select * from {{ ref('int_deal_stage_stays') }}

),

ownership as not materialized (

    select * from {{ ref('int_deal_ownership') }}

),

prices as (

    select * from {{ ref('int_deal_prices') }}

),

past_versions as (

    select * from {{ ref('stg_amocrm__lead_past_versions') }}

),

stages as (

    select * from {{ ref('dim_stages') }}

),

stays as (

    select
        stage_stays.deal_id,
        deals.account_id,
        stage_stays.stay_no,
        stages.pipeline_id,
        stage_stays.stage_id,
        stages.step,
        stages.step_no,
        stages.limit_business_seconds,
        stage_stays.actor_id,
        stage_stays.history_source,
        deals.is_deleted,
        deals.stage_id as current_stage_id,
        deals.loss_reason_id as current_loss_reason_id,
        deals.amount as current_amount,
        deals.currency as current_currency,
        stage_stays.entered_at,
        stage_stays.order_key,
        -- A deleted deal leaves its last stage by being deleted.
        case
            when stage_stays.left_at is not null then stage_stays.left_at
            when deals.is_deleted then greatest(deals.deleted_at, stage_stays.entered_at)
        end as left_at,
        stage_stays.left_at is null as is_last
    from stage_stays
    inner join deals on deals.deal_id = stage_stays.deal_id
    inner join stages on stages.stage_id = stage_stays.stage_id

),

stays_with_owners as (

    select
        stays.*,
        owners.owner_id,
        case
            when prices.valid_to is null then coalesce(stays.current_amount, prices.amount)
            else prices.amount
        end::numeric(18, 2) as original_amount,
        coalesce(currencies.currency, stays.current_currency) as currency,
        last_owners.owner_id as last_owner_id
    from stays
    left join ownership as owners
        on owners.deal_id = stays.deal_id
        and (owners.valid_from, owners.order_key) <= (stays.entered_at, stays.order_key)
        and (
            owners.valid_to is null
            or (stays.entered_at, stays.order_key) < (owners.valid_to, owners.next_order_key)
        )
    left join prices
        on prices.deal_id = stays.deal_id
        and (prices.valid_from, prices.order_key) <= (stays.entered_at, stays.order_key)
        and (
            prices.valid_to is null
            or (stays.entered_at, stays.order_key) < (prices.valid_to, prices.next_order_key)
        )
    left join {{ ref('int_deal_currencies') }} as currencies
        on currencies.deal_id = stays.deal_id
        and (currencies.valid_from, currencies.order_key) <= (stays.entered_at, stays.order_key)
        and (
            currencies.valid_to is null
            or (stays.entered_at, stays.order_key) < (currencies.valid_to, currencies.next_order_key)
        )
    -- Who owns a deal at the end of its last stay: now, or when it was deleted. At any other the next stay's owner at entry tells.
    left join ownership as last_owners
        on last_owners.deal_id = case when stays.is_last then stays.deal_id end
        and (
            (stays.left_at is null and last_owners.valid_to is null)
            or (
                last_owners.valid_from <= stays.left_at
                and (last_owners.valid_to is null or stays.left_at < last_owners.valid_to)
            )
        )

),

neighbours as (

    select
        *,
        lead(owner_id) over deal as next_owner_id,
        lead(stage_id) over deal as next_stage_id,
        lead(pipeline_id) over deal as next_pipeline_id,
        lead(step) over deal as next_step,
        lead(step_no) over deal as next_step_no,
        lag(stage_id) over deal as previous_stage_id,
        lag(step) over deal as previous_step,
        row_number() over (partition by deal_id, stage_id order by stay_no) > 1 as is_reentry
    from stays_with_owners
    window deal as (partition by deal_id order by stay_no)

),

days as not materialized (

    select * from {{ ref('int_business_days') }}

),

timed as (

    select
        neighbours.*,
        round(neighbours.original_amount * rates.rate, 2)::numeric(18, 2) as amount,
        extract(epoch from neighbours.left_at - neighbours.entered_at)::bigint as calendar_seconds,
        {{ business_seconds('entered', 'neighbours.entered_at', 'gone', 'neighbours.left_at') }} as business_seconds
    from neighbours
    left join days as entered on entered.day = {{ business_day('neighbours.entered_at') }}
    left join days as gone on gone.day = {{ business_day('neighbours.left_at') }}
    {{ join_exchange_rate('rates', 'neighbours.currency', business_day('neighbours.entered_at')) }}

),

-- A reopened deal may keep its loss reason, or lose it: only versions seen while it lay in the stage can tell.
past_loss_reasons as (

    select distinct on (stays.deal_id, stays.stay_no)
        stays.deal_id,
        stays.stay_no,
        past_versions.loss_reason_id
    from stays
    inner join past_versions
        on past_versions.deal_id = stays.deal_id
        and past_versions.stage_id = stays.stage_id
        and past_versions.updated_at >= stays.entered_at
        and (stays.is_last or past_versions.updated_at < stays.left_at)
    where
        stays.step = 'lost'
        and past_versions.loss_reason_id is not null
    order by stays.deal_id, stays.stay_no, past_versions.updated_at desc, past_versions.load_id desc, past_versions.seen_at desc

),

final as (

    select
        timed.deal_id || ':' || timed.stay_no as stay_id,
        timed.deal_id,
        timed.account_id,
        timed.pipeline_id,
        timed.stage_id,
        timed.previous_stage_id,
        timed.next_stage_id,
        timed.owner_id as owner_id_at_entry,
        case when timed.is_last then timed.last_owner_id else timed.next_owner_id end as owner_id_at_exit,
        timed.actor_id,
        case
            when timed.step <> 'lost' then null
            when timed.is_last and timed.current_stage_id = timed.stage_id then timed.current_loss_reason_id
            else past_loss_reasons.loss_reason_id
        end as loss_reason_id,

        timed.step,
        timed.previous_step,
        case
            when timed.is_last and timed.is_deleted then 'deleted'
            when timed.is_last then 'still_there'
            when timed.next_step = 'won' and timed.step <> 'won' then 'won'
            when timed.next_step = 'lost' and timed.step <> 'lost' then 'lost'
            when timed.next_pipeline_id <> timed.pipeline_id then 'handed_over'
            when timed.next_step_no > timed.step_no then 'advanced'
            when timed.next_step_no < timed.step_no then 'moved_back'
            else 'moved_within'
        end as exit,
        timed.history_source,
        timed.currency,

        timed.stay_no,
        timed.step_no,
        timed.amount,
        timed.original_amount,
        timed.calendar_seconds,
        timed.business_seconds,
        timed.limit_business_seconds,

        timed.is_reentry,
        timed.is_deleted as is_deal_deleted,
        timed.business_seconds <= timed.limit_business_seconds as is_within_limit,

        timed.entered_at,
        timed.left_at
    from timed
    left join past_loss_reasons
        on past_loss_reasons.deal_id = timed.deal_id
        and past_loss_reasons.stay_no = timed.stay_no

)

select * from final
