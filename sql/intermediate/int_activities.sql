{{ config(
    materialized='incremental',
    unique_key='activity_id',
    indexes=[{'columns': ['activity_id'], 'unique': true}, {'columns': ['deal_id']}]
) }}

with

notes as (

    select * from {{ ref('stg_amocrm__notes') }}

),

entity_events as (

    select * from {{ ref('int_entity_events') }}
    where type in ('lead_status_changed', 'task_completed', 'incoming_chat_message', 'outgoing_chat_message')

),

tasks as (

    select * from {{ ref('stg_amocrm__tasks') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

contacts as (

    select * from {{ ref('stg_amocrm__contacts') }}

),

{% if is_incremental() -%}
changed as (

    select 'note:' || note_id as activity_id from notes where {{ changed_since_last_build('loaded_xid') }}
    union
    select 'event:' || event_id from entity_events where {{ changed_since_last_build('loaded_xid') }}
    -- A task may be moved to another deal; a deal, or a contact, may belong to another client now.
    union
    select 'event:' || entity_events.event_id
    from entity_events
    inner join tasks on tasks.task_id = entity_events.entity_id
    where
        entity_events.type = 'task_completed'
        and {{ changed_since_last_build('tasks.loaded_xid') }}
    union
    select activities.activity_id
    from {{ this }} as activities
    inner join deals on deals.deal_id = activities.deal_id
    where {{ changed_since_last_build('deals.loaded_xid') }}
    union
    select activities.activity_id
    from {{ this }} as activities
    inner join contacts on contacts.client_id = activities.contact_client_id
    where {{ changed_since_last_build('contacts.loaded_xid') }}

),
{%- endif %}

noted as (

    select
        'note:' || notes.note_id as activity_id,
        notes.account_id,
        case
            when notes.note_type in ('call_in', 'call_out', 'sms_in', 'sms_out') then notes.note_type
            when notes.note_type = 'amomail_message' and notes.is_incoming_mail then 'email_in'
            when notes.note_type = 'amomail_message' then 'email_out'
            else 'note'
        end as kind,
        notes.entity_type,
        notes.entity_crm_id,
        case
            when notes.note_type in ('call_in', 'call_out') and notes.actor_id = notes.account_id || ':0'
                then coalesce(notes.call_responsible_id, notes.actor_id)
            else notes.actor_id
        end as manager_id,
        notes.is_deleted,
        notes.created_at as occurred_at
    from notes
    {% if is_incremental() -%}
    inner join changed on changed.activity_id = 'note:' || notes.note_id
    {%- endif %}
    where notes.note_type not in ('service_message', 'extended_service_message', 'lead_auto_created')

),

logged as (

    select
        'event:' || entity_events.event_id as activity_id,
        entity_events.account_id,
        case entity_events.type
            when 'lead_status_changed' then 'stage_move'
            when 'task_completed' then 'task_completed'
            when 'incoming_chat_message' then 'chat_in'
            when 'outgoing_chat_message' then 'chat_out'
        end as kind,
        case
            when entity_events.type = 'task_completed' then tasks.entity_type
            when entity_events.entity_type = 'lead' then 'leads'
            when entity_events.entity_type = 'contact' then 'contacts'
            when entity_events.entity_type = 'company' then 'companies'
        end as entity_type,
        case
            when entity_events.type = 'task_completed' then tasks.entity_crm_id
            else split_part(entity_events.entity_id, ':', 2)
        end as entity_crm_id,
        entity_events.actor_id as manager_id,
        false as is_deleted,
        entity_events.created_at as occurred_at
    from entity_events
    {% if is_incremental() -%}
    inner join changed on changed.activity_id = 'event:' || entity_events.event_id
    {%- endif %}
    left join tasks
        on entity_events.type = 'task_completed'
        and tasks.task_id = entity_events.entity_id

),

combined as (

    select * from noted
    union all
    select * from logged

),

linked as (

    select
        combined.*,
        case
            when combined.entity_type = 'leads' then {{ entity_key('combined.account_id', 'combined.entity_crm_id') }}
        end as deal_id,
        case
            when combined.entity_type = 'contacts'
                then {{ entity_key('combined.account_id', "('contact:' || combined.entity_crm_id)") }}
        end as contact_client_id
    from combined

),

final as (

    select
        linked.activity_id,
        linked.account_id,
        linked.deal_id,
        case linked.entity_type
            when 'leads' then deals.client_id
            when 'contacts' then coalesce(contacts.company_client_id, linked.contact_client_id)
            when 'companies' then {{ entity_key('linked.account_id', "('company:' || linked.entity_crm_id)") }}
        end as client_id,
        linked.contact_client_id,
        linked.manager_id,

        linked.kind,
        'amocrm' as source,

        linked.manager_id = linked.account_id || ':0' as is_robot,
        linked.kind in ('call_in', 'sms_in', 'email_in', 'chat_in') as is_incoming,
        coalesce(deals.is_deleted, false) as is_deal_deleted,
        linked.is_deleted,

        linked.occurred_at
    from linked
    left join deals on deals.deal_id = linked.deal_id
    left join contacts on contacts.client_id = linked.contact_client_id

)

select * from final
