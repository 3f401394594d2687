-- Every address that calendars name, as it was written.

with

events as (

    select * from {{ ref('stg_calendar__events') }}

),

final as (

    select
        owner as raw,
        loaded_xid
    from events

    union all

    select
        organizer as raw,
        loaded_xid
    from events
    where organizer is not null

    union all

    select
        attendee ->> 'address' as raw,
        events.loaded_xid
    from events
    cross join lateral jsonb_array_elements(events.attendees) as attendee

)

select * from final
