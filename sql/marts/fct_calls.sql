{{ config(meta={'rows_of': ['int_calls'], 'moving': ['is_unreturned', 'is_followed_by_meeting']}) }}

-- A view: what it leaves out (rows that are gone, and what the CRM merely repeats) must stay below for the next build to see.

with

calls as (

    select * from {{ ref('int_calls') }}
    where not is_deleted

),

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

norms as (

    select callback_norm_seconds from {{ source('conf', 'contact_norms') }}
    limit 1

),

-- Business seconds up to now, on the clock that each call's end stands on.
now_clock as (

    select {{ business_clock('days', 'now()') }} as business_clock
    from {{ ref('int_business_days') }} as days
    where days.day = {{ business_day('now()') }}

),

final as (

    select
        calls.call_id,
        calls.account_id,
        calls.source_type as source,
        calls.call_key,
        calls.manager_id,
        calls.client_id,
        calls.contact_client_id,
        calls.deal_id,
        calls.rung_manager_ids,
        calls.recording_id,

        calls.direction,
        calls.outcome,
        calls.missed_reason,
        calls.returned_by,
        calls.client_e164 as client_number,
        calls.client_hmac,
        calls.line,
        calls.queue,
        calls.unmatched_reason,
        calls.unmatched_person,

        calls.legs,
        calls.persons_rung,
        calls.wait_seconds,
        calls.talk_seconds,
        calls.callback_seconds,
        calls.callback_business_seconds,

        extract(hour from calls.started_at at time zone settings.time_zone)::int as hour,
        extract(isodow from calls.started_at at time zone settings.time_zone)::int as iso_weekday,

        calls.is_answered,
        -- A call that may still be returned in time is not lost yet.
        calls.outcome = 'missed' and case
            when calls.returned_at is null then now_clock.business_clock - calls.ended_business_clock >= norms.callback_norm_seconds
            else calls.callback_business_seconds > norms.callback_norm_seconds
        end as is_unreturned,
        calls.is_after_hours,
        calls.outcome = 'answered' and exists (
            select from {{ ref('int_meetings') }} as meetings
            where
                meetings.client_id = calls.client_id
                and meetings.state = 'held'
                and not meetings.is_deleted
                and meetings.started_at > calls.started_at
                and meetings.started_at <= calls.started_at + interval '14 days'
        ) as is_followed_by_meeting,
        calls.is_transferred,

        calls.started_at as occurred_at,
        calls.started_at,
        calls.answered_at,
        calls.ended_at,
        calls.returned_at
    from calls
    cross join settings
    cross join norms
    left join now_clock on true

)

select * from final
