{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[{'columns': ['deal_id']}]
) }}

-- The changes of a deal's stage, owner and price that events tell of, each beside the one before it. Told twice is told once.

with

deals as (

    select * from {{ ref('int_deals') }} as deals
    where {{ key_changed_since_last_build('deals.deal_id', ref('int_deals'), 'deal_id') }}

),

entity_events as (

    select * from {{ ref('int_entity_events') }}
    where
        entity_type = 'lead'
        and attribute is not null
        and value_after is not null
        -- Moving to the same stage is not a move.
        and value_before is distinct from value_after

),

events as (

    select
        deals.deal_id,
        entity_events.attribute,
        entity_events.actor_id,
        entity_events.crm_id as order_key,
        entity_events.value_before,
        entity_events.value_after,
        entity_events.created_at as changed_at
    from entity_events
    inner join deals on deals.deal_id = entity_events.entity_id

),

events_and_previous as (

    select
        *,
        lag(changed_at) over chain as previous_at,
        lag(order_key) over chain as previous_key,
        lag(value_before) over chain as previous_before,
        lag(value_after) over chain as previous_after
    from events
    window chain as (partition by deal_id, attribute order by changed_at, order_key collate "C")

),

told_once as (

    select * from events_and_previous
    where (changed_at, value_before, value_after) is distinct from (previous_at, previous_before, previous_after)

),

final as (

    select
        deal_id,
        attribute,
        actor_id,
        order_key,
        previous_key,
        value_before,
        value_after,
        previous_after,
        lead(changed_at) over (partition by deal_id, attribute order by changed_at, order_key collate "C") is null as is_last,
        changed_at,
        previous_at
    from told_once

)

select * from final
