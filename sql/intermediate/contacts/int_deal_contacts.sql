-- Every attempt to reach a client about a deal, and every time a client was reached, whatever the channel. `is_two_way` is what counts
-- as a contact: a call with talk long enough, a message of ours, a meeting that was held. A channel joins by one more branch with
-- the same columns.

with

settings as (

    select first_contact_min_talk_seconds from {{ source('conf', 'settings') }}
    limit 1

),

calls as (

    select
        'call:' || calls.call_id as contact_id,
        calls.deal_id,
        calls.previous_deal_id,
        calls.client_id,
        calls.manager_id,
        'call' as channel,
        calls.direction = 'out' as is_outgoing,
        calls.outcome = 'answered' and calls.talk_seconds >= coalesce(settings.first_contact_min_talk_seconds, 10) as is_two_way,
        calls.is_deleted,
        -- The talk is the contact, the dialling is the attempt: both are dated by when the call began.
        calls.started_at as occurred_at,
        calls.loaded_xid
    from {{ ref('int_calls') }} as calls
    left join settings on true
    where
        (calls.deal_id is not null or calls.previous_deal_id is not null)
        and calls.direction <> 'internal'

),

written as (

    select
        'activity:' || activity_id as contact_id,
        deal_id,
        null::text as previous_deal_id,
        client_id,
        manager_id,
        split_part(kind, '_', 1) as channel,
        kind in ('chat_out', 'email_out') as is_outgoing,
        kind in ('chat_out', 'email_out') and not is_robot as is_two_way,
        is_deleted,
        occurred_at,
        loaded_xid
    from {{ ref('int_activities') }}
    where
        kind in ('chat_in', 'chat_out', 'email_in', 'email_out')
        and deal_id is not null

),

mailed as (

    select
        'message:' || message_id as contact_id,
        deal_id,
        previous_deal_id,
        client_id,
        manager_id,
        'email' as channel,
        direction = 'out' as is_outgoing,
        direction = 'out' as is_two_way,
        -- A message stays sent when its copies are cleared away; a draft never was a contact, nor was what came back.
        not is_correspondence or is_bounced as is_deleted,
        occurred_at,
        loaded_xid
    from {{ ref('int_messages') }}
    where deal_id is not null or previous_deal_id is not null

),

met as (

    select
        'meeting:' || meeting_id as contact_id,
        deal_id,
        previous_deal_id,
        client_id,
        manager_id,
        'meeting' as channel,
        true as is_outgoing,
        state = 'held' as is_two_way,
        -- What lies ahead, or never took place, reached nobody.
        is_deleted or state <> 'held' as is_deleted,
        started_at as occurred_at,
        loaded_xid
    from {{ ref('int_meetings') }}
    where deal_id is not null or previous_deal_id is not null

),

final as (

    select * from calls
    union all
    select * from written
    union all
    select * from mailed
    union all
    select * from met

)

select * from final
