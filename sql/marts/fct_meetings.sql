{{ config(meta={'rows_of': ['int_meetings']}) }}

-- A view: what is no meeting any more must leave the facts, and the incremental table before it can only mark it.

with

meetings as (

    select * from {{ ref('int_meetings') }}
    where not is_deleted

),

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

final as (

    select
        meetings.meeting_id,
        meetings.account_id,
        meetings.source_type as source,
        meetings.manager_id,
        meetings.client_id,
        meetings.contact_client_id,
        meetings.deal_id,

        meetings.kind,
        meetings.state,
        meetings.unmatched_reason,

        meetings.people_outside,
        meetings.own_people,
        extract(epoch from meetings.ended_at - meetings.started_at)::bigint as duration_seconds,
        extract(hour from meetings.started_at at time zone settings.time_zone)::int as hour,
        extract(isodow from meetings.started_at at time zone settings.time_zone)::int as iso_weekday,

        meetings.state = 'held' as is_held,
        meetings.is_recurring,

        meetings.started_at as occurred_at,
        meetings.ended_at
    from meetings
    left join settings on true

)

select * from final
