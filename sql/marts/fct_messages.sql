{{ config(
    materialized='table',
    indexes=[
        {'columns': ['message_id'], 'unique': true},
        {'columns': ['occurred_at']},
        {'columns': ['manager_id']},
        {'columns': ['client_id']}
    ]
) }}

with

messages as (

    select * from {{ ref('int_messages') }}
    where kind <> 'draft'

),

exchanges as (

    select * from {{ ref('int_message_replies') }}
    where opens_exchange

),

answered as (

    select * from exchanges
    where answer_id is not null

),

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

days as not materialized (

    select * from {{ ref('int_business_days') }}

),

final as (

    select
        messages.message_id,
        messages.account_id,
        messages.source_type as source,
        messages.thread_id,
        messages.manager_id,
        messages.client_id,
        messages.contact_client_id,
        messages.deal_id,
        answered.message_id as reply_to_id,
        messages.counterpart_hmac,

        messages.direction,
        messages.kind,
        messages.unmatched_reason,

        messages.copies,
        messages.attachments,
        messages.bytes,
        extract(hour from messages.occurred_at at time zone settings.time_zone)::int as hour,
        extract(isodow from messages.occurred_at at time zone settings.time_zone)::int as iso_weekday,
        case
            when answered.asked_at <= answered.answered_at
                then extract(epoch from answered.answered_at - answered.asked_at)::bigint
        end as reply_seconds,
        case
            when answered.asked_at <= answered.answered_at
                then {{ business_seconds('asked', 'answered.asked_at', 'replied', 'answered.answered_at') }}
        end as reply_business_seconds,

        messages.is_correspondence,
        messages.is_bounced,
        answered.message_id is not null as is_reply,
        waiting.message_id is not null as is_unanswered,
        coalesce(answered.asked_at > answered.answered_at, false) as is_clock_suspect,
        messages.is_deleted,

        messages.occurred_at
    from messages
    left join answered on answered.answer_id = messages.message_id
    left join exchanges as waiting
        on waiting.message_id = messages.message_id
        and waiting.answer_id is null
    left join settings on true
    left join days as asked on asked.day = {{ business_day('answered.asked_at') }}
    left join days as replied on replied.day = {{ business_day('answered.answered_at') }}

)

select * from final
