{{ config(materialized='table', indexes=[{'columns': ['training_id'], 'unique': true}]) }}

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

trainings as (

    select * from {{ ref('stg_files__trainings') }}

),

final as (

    select
        trainings.training_id,
        trainings.account_id,
        managers.manager_id,

        trainings.manager_ref,
        trainings.title,
        trainings.file,
        trainings.sheet,

        trainings.row_number,
        trainings.hours,
        trainings.test_score,

        managers.unmatched_reason,

        trainings.held_on,
        trainings.held_on::timestamp at time zone settings.time_zone as occurred_at
    from trainings
    left join settings on true
    left join {{ ref('int_file_managers') }} as managers on managers.manager_ref = trainings.manager_ref

)

select * from final
