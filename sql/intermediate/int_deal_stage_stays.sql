{{ config(meta={'rows_of': ['int_deal_history']}) }}

-- The stages of a deal, one row per stay, straight from its history; fct_deal_stage_stays says what they meant.

with

history as (

    select * from {{ ref('int_deal_history') }}
    where attribute = 'stage'

),

final as (

    select
        deal_id,
        change_no as stay_no,
        value as stage_id,
        order_key,
        next_order_key,
        actor_id,
        history_source,
        valid_from as entered_at,
        valid_to as left_at
    from history

)

select * from final
