{{ config(materialized='view') }}

-- A view over the alerts themselves: they are raised after the build that shows them.

with

alerts as (

    select * from {{ source('ops', 'alerts') }}

),

final as (

    select
        alert_id::text as alert_id,
        rule,
        subject,
        subject_title,
        manager_id,
        team_id,
        team,

        value,
        norm,
        unit,
        evidence,
        evidence_count,
        level,

        acknowledged_by,

        cleared_at is null as is_open,
        acknowledged_at is not null as is_acknowledged,

        raised_at,
        notified_at,
        acknowledged_at,
        cleared_at
    from alerts

)

select * from final
