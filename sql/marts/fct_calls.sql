-- A view: what it leaves out (rows that are gone, and what the CRM merely repeats) must stay below for the next build to see.

with

calls as (

    select * from {{ ref('int_calls') }}
    where not is_deleted

),

final as (

    select
        call_id,
        account_id,
        source_type as source,
        call_key,
        manager_id,
        client_id,
        contact_client_id,
        deal_id,
        rung_manager_ids,
        recording_id,

        direction,
        outcome,
        missed_reason,
        returned_by,
        client_e164 as client_number,
        client_hmac,
        line,
        queue,
        unmatched_reason,
        unmatched_person,

        legs,
        persons_rung,
        wait_seconds,
        talk_seconds,
        callback_seconds,

        is_answered,
        is_transferred,

        started_at as occurred_at,
        started_at,
        answered_at,
        ended_at,
        returned_at
    from calls

)

select * from final
