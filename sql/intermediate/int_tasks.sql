{{ config(
    materialized='incremental',
    unique_key='task_id',
    indexes=[
        {'columns': ['task_id'], 'unique': true},
        {'columns': ['deal_id']},
        {'columns': ['contact_client_id']},
        {'columns': ['loaded_xid']}
    ]
) }}

-- One row per task, deleted ones included, with the deal and the client it is about.

with

{% if is_incremental() -%}
changed as (

    select account_id, crm_id from {{ ref('stg_amocrm__tasks') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union

    select account_id, split_part(entity_id, ':', 2) from {{ ref('int_entity_events') }}
    where
        type = 'task_completed'
        and {{ changed_since_last_build('loaded_xid') }}

    -- A deal, or a contact, may belong to another client now.
    union

    select known_tasks.account_id, known_tasks.crm_id
    from {{ this }} as known_tasks
    inner join {{ ref('int_deals') }} as deals on deals.deal_id = known_tasks.deal_id
    where {{ changed_since_last_build('deals.loaded_xid') }}

    union

    select known_tasks.account_id, known_tasks.crm_id
    from {{ this }} as known_tasks
    inner join {{ ref('int_clients') }} as clients on clients.client_id = known_tasks.contact_client_id
    where {{ changed_since_last_build('clients.loaded_xid') }}

    union

    select known_tasks.account_id, known_tasks.crm_id
    from {{ this }} as known_tasks
    inner join {{ ref('int_client_survivors') }} as survivors
        on survivors.client_id in (known_tasks.contact_client_id, known_tasks.client_id)
    where {{ changed_since_last_build('survivors.loaded_xid') }}

),
{%- endif %}

tasks as (

    select
        tasks.*,
        case when tasks.entity_type = 'leads' then {{ entity_key('tasks.account_id', 'tasks.entity_crm_id') }} end as deal_id,
        case
            when tasks.entity_type = 'contacts'
                then {{ entity_key('tasks.account_id', "('contact:' || tasks.entity_crm_id)") }}
        end as contact_client_id
    from {{ ref('stg_amocrm__tasks') }} as tasks
    {% if is_incremental() -%}
    inner join changed
        on changed.account_id = tasks.account_id
        and changed.crm_id = tasks.crm_id
    {%- endif %}

),

completion_events as (

    select * from {{ ref('int_entity_events') }}
    where type = 'task_completed'

),

deals as (

    select * from {{ ref('int_deals') }}

),

clients as (

    select * from {{ ref('int_clients') }}

),

task_types as (

    select * from {{ ref('stg_amocrm__task_types') }}

),

completions as (

    select distinct on (tasks.task_id)
        tasks.task_id,
        completion_events.actor_id,
        completion_events.created_at
    from tasks
    inner join completion_events on completion_events.entity_id = tasks.task_id
    order by tasks.task_id, completion_events.created_at desc, completion_events.crm_id desc

),

final as (

    select
        tasks.task_id,
        tasks.account_id,
        tasks.crm_id,
        tasks.deal_id,
        case tasks.entity_type
            when 'leads' then deals.client_id
            when 'contacts' then coalesce(survivors.survivor_client_id, clients.company_client_id, tasks.contact_client_id)
            when 'companies'
                then coalesce(survivors.survivor_client_id, {{ entity_key('tasks.account_id', "('company:' || tasks.entity_crm_id)") }})
        end as client_id,
        tasks.contact_client_id,
        tasks.manager_id,
        tasks.created_by_id,
        case when tasks.is_completed then coalesce(completions.actor_id, tasks.manager_id) end as completed_by_id,

        case
            when tasks.task_type_crm_id = '1' then 'call'
            when tasks.task_type_crm_id = '2' then 'meeting'
            else coalesce(task_types.name, 'type ' || tasks.task_type_crm_id, 'other')
        end as kind,

        tasks.duration_seconds,

        tasks.is_completed,
        -- Done late. Whether an open task is late depends on when one looks, so a query says: due_at < now().
        tasks.is_completed and coalesce(completions.created_at, tasks.updated_at) > tasks.due_at as is_overdue,
        tasks.is_deleted,

        tasks.created_at,
        tasks.due_at,
        -- A task may be completed, opened again and completed: the last time counts.
        case when tasks.is_completed then coalesce(completions.created_at, tasks.updated_at) end as completed_at,
        tasks.loaded_xid
    from tasks
    left join completions on completions.task_id = tasks.task_id
    left join deals on deals.deal_id = tasks.deal_id
    left join clients on clients.client_id = tasks.contact_client_id
    left join {{ ref('int_client_survivors') }} as survivors
        on survivors.client_id = case tasks.entity_type
            when 'contacts' then tasks.contact_client_id
            when 'companies' then {{ entity_key('tasks.account_id', "('company:' || tasks.entity_crm_id)") }}
        end
    left join task_types
        on task_types.account_id = tasks.account_id
        and task_types.crm_id = tasks.task_type_crm_id

)

select * from final
