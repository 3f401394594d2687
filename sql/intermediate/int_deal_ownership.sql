{{ config(meta={'rows_of': ['int_deal_history']}) }}

-- Who was responsible for a deal and when. An owner at a moment is the row with
-- (valid_from, order_key) <= (moment, its order_key) < (valid_to, next_order_key).

with

history as (

    select * from {{ ref('int_deal_history') }}
    where attribute = 'owner'

),

final as (

    select
        deal_id,
        change_no as ownership_no,
        value as owner_id,
        order_key,
        next_order_key,
        actor_id,
        history_source,
        valid_from,
        valid_to
    from history

)

select * from final
