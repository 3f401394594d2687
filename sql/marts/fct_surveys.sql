{{ config(materialized='table', indexes=[{'columns': ['survey_id'], 'unique': true}]) }}

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

surveys as (

    select * from {{ ref('stg_files__surveys') }}

),

-- What a client may be called in a file: its name or its CRM id.
client_names as (

    select lower(btrim(name)) as client_ref, client_id from {{ ref('dim_clients') }}
    union
    select crm_id as client_ref, client_id from {{ ref('dim_clients') }}

),

-- A name that several clients have means none of them.
clients as (

    select
        surveys.survey_id,
        min(client_names.client_id) as client_id,
        count(*) as fitting
    from surveys
    inner join client_names on client_names.client_ref = lower(btrim(surveys.client_ref))
    group by surveys.survey_id

),

final as (

    select
        surveys.survey_id,
        surveys.account_id,
        managers.manager_id,
        case when clients.fitting = 1 then clients.client_id end as client_id,
        null::text as deal_id,

        surveys.manager_ref,
        surveys.client_ref,
        surveys.comment,
        surveys.file,
        surveys.sheet,

        surveys.row_number,
        surveys.csat,
        surveys.nps,

        case
            when surveys.manager_ref is not null and managers.manager_id is null then managers.unmatched_reason
            when surveys.client_ref is not null and clients.fitting is null then 'unknown_client'
            when clients.fitting > 1 then 'ambiguous_client'
        end as unmatched_reason,

        surveys.answered_on,
        surveys.answered_on::timestamp at time zone settings.time_zone as occurred_at
    from surveys
    left join settings on true
    left join {{ ref('int_file_managers') }} as managers on managers.manager_ref = surveys.manager_ref
    left join clients on clients.survey_id = surveys.survey_id

)

select * from final
