with

tasks as (

    select * from {{ source('amocrm', 'tasks') }}

),

final as (

    select
        {{ entity_key('tasks.account_id', 'tasks.id') }} as task_id,
        tasks.account_id,
        tasks.id as crm_id,
        task.entity_type,
        task.entity_id as entity_crm_id,
        task.task_type_id as task_type_crm_id,
        {{ entity_key('tasks.account_id', 'task.responsible_user_id') }} as manager_id,
        {{ entity_key('tasks.account_id', 'task.created_by') }} as created_by_id,
        task.duration as duration_seconds,
        coalesce(task.is_completed, false) as is_completed,
        tasks.is_deleted,
        to_timestamp(task.created_at) as created_at,
        coalesce(tasks.source_updated_at, to_timestamp(task.updated_at)) as updated_at,
        to_timestamp(nullif(task.complete_till, 0)) as due_at,
        tasks.loaded_xid
    from tasks
    cross join lateral jsonb_to_record(tasks.payload) as task (
        entity_type text,
        entity_id text,
        task_type_id text,
        responsible_user_id text,
        created_by text,
        duration bigint,
        is_completed boolean,
        created_at double precision,
        updated_at double precision,
        complete_till double precision
    )

)

select * from final
