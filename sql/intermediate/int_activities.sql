{{ config(
    materialized='incremental',
    unique_key='activity_id',
    indexes=[
        {'columns': ['activity_id'], 'unique': true},
        {'columns': ['deal_id']},
        {'columns': ['client_id']},
        {'columns': ['contact_client_id']},
        {'columns': ['manager_id', 'occurred_at']},
        {'columns': ['loaded_xid']}
    ]
) }}

-- One row per action recorded in the CRM, whoever did it, deleted ones included. Notes and events are each found by their own
-- key, so that a build reads the payloads of the changed ones only.

with

{% if is_incremental() -%}
changed as (

    select 'note' as origin, account_id, crm_id from {{ ref('stg_amocrm__notes') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union

    select 'event' as origin, account_id, crm_id from {{ ref('int_entity_events') }}
    where {{ changed_since_last_build('loaded_xid') }}

    -- A task may hang on another deal now; a deal, or a contact, may belong to another client.
    union

    select 'event' as origin, events.account_id, events.crm_id
    from {{ ref('int_entity_events') }} as events
    inner join {{ ref('int_tasks') }} as tasks on tasks.task_id = events.entity_id
    where
        events.type = 'task_completed'
        and {{ changed_since_last_build('tasks.loaded_xid') }}

    union

    select activities.origin, activities.account_id, activities.crm_id
    from {{ this }} as activities
    inner join {{ ref('int_deals') }} as deals on deals.deal_id = activities.deal_id
    where {{ changed_since_last_build('deals.loaded_xid') }}

    union

    select activities.origin, activities.account_id, activities.crm_id
    from {{ this }} as activities
    inner join {{ ref('int_clients') }} as clients on clients.client_id = activities.contact_client_id
    where {{ changed_since_last_build('clients.loaded_xid') }}

    union

    select activities.origin, activities.account_id, activities.crm_id
    from {{ this }} as activities
    inner join {{ ref('int_client_survivors') }} as survivors
        on survivors.client_id in (activities.contact_client_id, activities.client_id)
    where {{ changed_since_last_build('survivors.loaded_xid') }}

),
{%- endif %}

notes as (

    select notes.* from {{ ref('stg_amocrm__notes') }} as notes
    {% if is_incremental() -%}
    inner join changed
        on changed.origin = 'note'
        and changed.account_id = notes.account_id
        and changed.crm_id = notes.crm_id
    {%- endif %}
    where notes.note_type not in ('service_message', 'extended_service_message', 'lead_auto_created')

),

events as (

    select events.* from {{ ref('int_entity_events') }} as events
    where
        events.type in ('lead_status_changed', 'task_completed', 'incoming_chat_message', 'outgoing_chat_message')
    {%- if is_incremental() %}
        -- The ids of events have a collation of their own, the index of the key has not.
        and {{ is_among('events.event_id', 'select (' ~ entity_key('account_id', 'crm_id') ~ ") collate \"default\" from changed where origin = 'event'") }}
    {%- endif %}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

clients as (

    select * from {{ ref('int_clients') }}

),

noted as (

    select
        'note' as origin,
        account_id,
        crm_id,
        case
            when note_type in ('call_in', 'call_out', 'sms_in', 'sms_out') then note_type
            when note_type = 'amomail_message' and is_incoming_mail then 'email_in'
            when note_type = 'amomail_message' then 'email_out'
            else 'note'
        end as kind,
        entity_type,
        {{ entity_key('account_id', 'entity_crm_id') }} as entity_id,
        case
            when note_type in ('call_in', 'call_out') and actor_id = account_id || ':0'
                then coalesce(call_responsible_id, actor_id)
            else actor_id
        end as manager_id,
        is_deleted,
        created_at as occurred_at,
        loaded_xid
    from notes

),

logged as (

    select
        'event' as origin,
        account_id,
        crm_id,
        case type
            when 'lead_status_changed' then 'stage_move'
            when 'task_completed' then 'task_completed'
            when 'incoming_chat_message' then 'chat_in'
            when 'outgoing_chat_message' then 'chat_out'
        end as kind,
        case entity_type
            when 'lead' then 'leads'
            when 'contact' then 'contacts'
            when 'company' then 'companies'
            when 'task' then 'tasks'
        end as entity_type,
        entity_id,
        actor_id as manager_id,
        false as is_deleted,
        created_at as occurred_at,
        loaded_xid
    from events

),

combined as (

    select * from noted
    union all
    select * from logged

),

linked as (

    select
        combined.*,
        case combined.entity_type
            when 'leads' then combined.entity_id
            when 'tasks' then tasks.deal_id
        end as deal_id,
        case combined.entity_type
            when 'contacts' then combined.account_id || ':contact:' || split_part(combined.entity_id, ':', 2)
            when 'tasks' then tasks.contact_client_id
        end as contact_client_id,
        case combined.entity_type
            when 'companies' then combined.account_id || ':company:' || split_part(combined.entity_id, ':', 2)
            when 'tasks' then tasks.client_id
        end as other_client_id
    from combined
    left join tasks
        on combined.entity_type = 'tasks'
        and tasks.task_id = combined.entity_id

),

final as (

    select
        linked.origin || ':' || linked.account_id || ':' || linked.crm_id as activity_id,
        linked.account_id,
        linked.crm_id,
        linked.deal_id,
        coalesce(
            deals.client_id,
            survivors.survivor_client_id,
            clients.company_client_id,
            linked.contact_client_id,
            linked.other_client_id
        ) as client_id,
        linked.contact_client_id,
        linked.manager_id,

        linked.origin,
        linked.kind,
        'amocrm' as source,

        {{ as_it_was('occurred_at') }}

        linked.manager_id = linked.account_id || ':0' as is_robot,
        linked.kind in ('call_in', 'sms_in', 'email_in', 'chat_in') as is_incoming,
        coalesce(deals.is_deleted, false) as is_deal_deleted,
        linked.is_deleted,

        linked.occurred_at,
        greatest(linked.loaded_xid, deals.loaded_xid, clients.loaded_xid, survivors.loaded_xid) as loaded_xid
    from linked
    {% if is_incremental() -%}
    left join {{ this }} as this on this.activity_id = linked.origin || ':' || linked.account_id || ':' || linked.crm_id
    {%- endif %}
    left join deals on deals.deal_id = linked.deal_id
    left join clients on clients.client_id = linked.contact_client_id
    left join {{ ref('int_client_survivors') }} as survivors
        on survivors.client_id = coalesce(linked.contact_client_id, linked.other_client_id)

)

select * from final
{% if not is_incremental() -%}
-- A manager's day lies together on the disk: int_*_days sum a changed day anew, and found one row on each page.
order by manager_id, occurred_at
{%- endif %}
