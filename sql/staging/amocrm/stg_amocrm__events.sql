with

events as (

    select * from {{ source('amocrm', 'events') }}

),

final as (

    select
        {{ entity_key('events.account_id', 'events.id') }} as event_id,
        events.account_id,
        -- Time first (a ULID): within a second the order of ids is the order of events, byte by byte.
        events.id collate "C" as crm_id,
        event.type,
        event.entity_type,
        event.entity_id as entity_crm_id,
        {{ entity_key('events.account_id', 'event.created_by') }} as actor_id,
        event.value_before -> 0 as value_before,
        event.value_after -> 0 as value_after,
        to_timestamp(event.created_at) as created_at,
        events.loaded_xid
    from events
    cross join lateral jsonb_to_record(events.payload) as event (
        type text,
        entity_type text,
        entity_id text,
        created_by text,
        created_at double precision,
        value_before jsonb,
        value_after jsonb
    )

)

select * from final
