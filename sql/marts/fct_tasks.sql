{{ config(meta={'rows_of': ['int_tasks']}) }}

-- A view: what was deleted must leave the facts, and an incremental table can only replace rows, not lose them.

with

tasks as (

    select * from {{ ref('int_tasks') }}
    where not is_deleted

),

final as (

    select
        task_id,
        account_id,
        crm_id,
        deal_id,
        client_id,
        manager_id,
        created_by_id,
        completed_by_id,

        kind,

        duration_seconds,

        is_completed,
        is_overdue,

        created_at,
        due_at,
        completed_at
    from tasks

)

select * from final
