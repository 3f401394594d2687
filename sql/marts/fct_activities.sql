{{ config(meta={'rows_of': ['int_activities', 'int_calls', 'int_messages', 'fct_meetings', 'fct_tasks']}) }}

-- A view, as fct_tasks is. What robots and imports do is nobody's work. The CRM's own notes of calls and mail are what was recorded in the
-- CRM; the calls, messages and meetings themselves are rows of the systems that know them.

with

recorded as (

    select
        activity_id,
        account_id,
        deal_id,
        client_id,
        manager_id,
        kind,
        'crm' as channel,
        source,
        null::bigint as duration_seconds,
        is_incoming,
        kind = 'chat_out' as is_contact,
        is_deal_deleted,
        occurred_at
    from {{ ref('int_activities') }}
    where
        not is_deleted
        and not is_robot

),

calls as (

    select
        'call:' || calls.call_id as activity_id,
        calls.account_id,
        calls.deal_id,
        calls.client_id,
        calls.manager_id,
        case when calls.direction = 'in' then 'call_in' else 'call_out' end as kind,
        'call' as channel,
        calls.source_type as source,
        calls.talk_seconds::bigint as duration_seconds,
        calls.direction = 'in' as is_incoming,
        calls.outcome = 'answered' as is_contact,
        false as is_deal_deleted,
        calls.started_at as occurred_at
    from {{ ref('int_calls') }} as calls
    where
        not calls.is_deleted
        and calls.direction <> 'internal'

),

messages as (

    select
        'message:' || message_id as activity_id,
        account_id,
        deal_id,
        client_id,
        manager_id,
        case when direction = 'in' then 'email_in' else 'email_out' end as kind,
        'email' as channel,
        source_type as source,
        null::bigint as duration_seconds,
        direction = 'in' as is_incoming,
        direction = 'out' as is_contact,
        false as is_deal_deleted,
        occurred_at
    from {{ ref('int_messages') }}
    where
        is_correspondence
        and kind <> 'draft'

),

meetings as (

    select
        'meeting:' || meeting_id as activity_id,
        account_id,
        deal_id,
        client_id,
        manager_id,
        kind,
        'meeting' as channel,
        source,
        duration_seconds,
        false as is_incoming,
        true as is_contact,
        false as is_deal_deleted,
        occurred_at
    from {{ ref('fct_meetings') }}
    where is_held

),

tasks as (

    select
        'task:' || task_id as activity_id,
        account_id,
        deal_id,
        client_id,
        coalesce(completed_by_id, manager_id) as manager_id,
        'task_done' as kind,
        'task' as channel,
        'amocrm' as source,
        null::bigint as duration_seconds,
        false as is_incoming,
        false as is_contact,
        false as is_deal_deleted,
        completed_at as occurred_at
    from {{ ref('fct_tasks') }}
    where is_completed

),

final as (

    select * from recorded
    union all
    select * from calls
    union all
    select * from messages
    union all
    select * from meetings
    union all
    select * from tasks

)

select * from final
