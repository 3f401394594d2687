-- A deal's amount through time, for deals whose amount is known to have changed. Of the row that still holds the deal itself
-- knows better: it has the kopecks.

with

history as (

    select * from {{ ref('int_deal_history') }}
    where attribute = 'price'

),

final as (

    select
        deal_id,
        change_no as price_no,
        value::numeric(18, 2) as amount,
        order_key,
        next_order_key,
        actor_id,
        history_source,
        valid_from,
        valid_to
    from history

)

select * from final
