-- Every day of an owner's pipeline opens with what the one before it closed with, and today's closing is what the deals say.
with

days as (

    select
        deal_day_id,
        opening_amount,
        deals_opening,
        coalesce(lag(closing_amount) over pipeline, 0) as closed_amount,
        coalesce(lag(deals_closing) over pipeline, 0) as deals_closed
    from {{ ref('fct_deal_daily') }}
    window pipeline as (partition by owner_id, pipeline_id order by day)

),

last_days as (

    select distinct on (owner_id, pipeline_id)
        owner_id,
        pipeline_id,
        deals_closing,
        closing_amount
    from {{ ref('fct_deal_daily') }}
    order by owner_id, pipeline_id, day desc

),

open_deals as (

    select
        owner_id,
        pipeline_id,
        count(*) as deals,
        coalesce(sum(amount), 0) as amount,
        -- In another currency deals are worth what they are today, in the pipeline what they were when they came.
        bool_and(original_currency = currency) as is_one_currency
    from {{ ref('fct_deals') }}
    where
        is_open
        and not is_incoming
        and not is_deleted
    group by owner_id, pipeline_id

),

final as (

    select deal_day_id from days
    where
        opening_amount <> closed_amount
        or deals_opening <> deals_closed

    union all

    select concat_ws(':', coalesce(last_days.owner_id, open_deals.owner_id), coalesce(last_days.pipeline_id, open_deals.pipeline_id), 'now')
    from last_days
    full join open_deals
        on open_deals.owner_id is not distinct from last_days.owner_id
        and open_deals.pipeline_id = last_days.pipeline_id
    where
        coalesce(last_days.deals_closing, 0) <> coalesce(open_deals.deals, 0)
        or (is_one_currency and coalesce(last_days.closing_amount, 0) <> coalesce(open_deals.amount, 0))

)

select * from final
