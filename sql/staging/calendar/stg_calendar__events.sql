-- One row per meeting and calendar it stands in. A recurring event is one row per meeting.

with

events as (

    select * from {{ source('calendar', 'events') }}

),

final as (

    select
        events.account_id,
        events.id as event_id,
        event.uid,
        event.recurrence_id,
        event.owner,
        event.own_domain,
        event.organizer,
        event.attendees,
        event.kind,
        event.status,
        coalesce(event.is_all_day, false) as is_all_day,
        event.recurrence_id is not null as is_recurring,
        events.is_deleted,
        event.start_at as started_at,
        greatest(event.end_at, event.start_at) as ended_at,
        -- When it was seen to be gone: the first sync after its removal.
        events.deleted_at,
        events.seen_at,
        events.loaded_xid
    from events
    cross join lateral jsonb_to_record(events.payload) as event (
        uid text,
        recurrence_id text,
        owner text,
        own_domain text,
        organizer text,
        attendees jsonb,
        kind text,
        status text,
        is_all_day boolean,
        start_at timestamptz,
        end_at timestamptz
    )

)

select * from final
