-- A view, as fct_tasks is. What robots and imports do is nobody's work.

with

activities as (

    select * from {{ ref('int_activities') }}
    where
        not is_deleted
        and not is_robot

),

final as (

    select
        activity_id,
        account_id,
        deal_id,
        client_id,
        manager_id,

        kind,
        source,

        is_incoming,
        is_deal_deleted,

        occurred_at
    from activities

)

select * from final
