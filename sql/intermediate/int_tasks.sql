{{ config(
    materialized='incremental',
    unique_key='task_id',
    indexes=[{'columns': ['task_id'], 'unique': true}, {'columns': ['deal_id']}]
) }}

with

tasks as (

    select * from {{ ref('stg_amocrm__tasks') }}

),

completion_events as (

    select * from {{ ref('int_entity_events') }}
    where type = 'task_completed'

),

deals as (

    select * from {{ ref('int_deals') }}

),

contacts as (

    select * from {{ ref('stg_amocrm__contacts') }}

),

task_types as (

    select * from {{ ref('stg_amocrm__task_types') }}

),

changed as (

    select task_id from tasks where {{ changed_since_last_build('loaded_xid') }}
    {% if is_incremental() -%}
    union
    select entity_id from completion_events where {{ changed_since_last_build('loaded_xid') }}
    -- A deal, or a contact, may belong to another client now.
    union
    select known_tasks.task_id
    from {{ this }} as known_tasks
    inner join deals on deals.deal_id = known_tasks.deal_id
    where {{ changed_since_last_build('deals.loaded_xid') }}
    union
    select tasks.task_id
    from tasks
    inner join contacts
        on contacts.account_id = tasks.account_id
        and contacts.crm_id = tasks.entity_crm_id
    where
        tasks.entity_type = 'contacts'
        and {{ changed_since_last_build('contacts.loaded_xid') }}
    {%- endif %}

),

completions as (

    select distinct on (completion_events.entity_id)
        completion_events.entity_id as task_id,
        completion_events.actor_id,
        completion_events.created_at
    from completion_events
    inner join changed on changed.task_id = completion_events.entity_id
    order by completion_events.entity_id, completion_events.created_at desc, completion_events.crm_id desc

),

linked as (

    select
        tasks.*,
        case when tasks.entity_type = 'leads' then {{ entity_key('tasks.account_id', 'tasks.entity_crm_id') }} end as deal_id
    from tasks
    inner join changed on changed.task_id = tasks.task_id

),

final as (

    select
        linked.task_id,
        linked.account_id,
        linked.crm_id,
        linked.deal_id,
        case linked.entity_type
            when 'leads' then deals.client_id
            when 'contacts' then coalesce(
                contacts.company_client_id,
                {{ entity_key('linked.account_id', "('contact:' || linked.entity_crm_id)") }}
            )
            when 'companies' then {{ entity_key('linked.account_id', "('company:' || linked.entity_crm_id)") }}
        end as client_id,
        linked.manager_id,
        linked.created_by_id,
        case when linked.is_completed then coalesce(completions.actor_id, linked.manager_id) end as completed_by_id,

        case
            when linked.task_type_crm_id = '1' then 'call'
            when linked.task_type_crm_id = '2' then 'meeting'
            else coalesce(task_types.name, 'type ' || linked.task_type_crm_id, 'other')
        end as kind,

        linked.duration_seconds,

        linked.is_completed,
        -- Done late. Whether an open task is late depends on when one looks, so a query says: due_at < now().
        linked.is_completed and coalesce(completions.created_at, linked.updated_at) > linked.due_at as is_overdue,
        linked.is_deleted,

        linked.created_at,
        linked.due_at,
        -- A task may be completed, opened again and completed: the last time counts.
        case when linked.is_completed then coalesce(completions.created_at, linked.updated_at) end as completed_at
    from linked
    left join completions on completions.task_id = linked.task_id
    left join deals on deals.deal_id = linked.deal_id
    left join contacts
        on linked.entity_type = 'contacts'
        and contacts.account_id = linked.account_id
        and contacts.crm_id = linked.entity_crm_id
    left join task_types
        on task_types.account_id = linked.account_id
        and task_types.crm_id = linked.task_type_crm_id

)

select * from final
