-- The currency of a deal's amount through time, for deals that have a field of their own for it. Of any other it is the account's.

with

history as (

    select * from {{ ref('int_deal_history') }}
    where attribute = 'currency'

),

final as (

    select
        deal_id,
        change_no as currency_no,
        value as currency,
        order_key,
        next_order_key,
        history_source,
        valid_from,
        valid_to
    from history

)

select * from final
