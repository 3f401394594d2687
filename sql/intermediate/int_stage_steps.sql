{{ config(materialized='table', indexes=[{'columns': ['stage_id'], 'unique': true}]) }}

-- A table although small: as a view it was worked out anew for every row of a nested loop.
with

statuses as (

    select * from {{ ref('stg_amocrm__statuses') }}

),

configured as (

    select
        lower(btrim(pipeline)) as pipeline,
        lower(btrim(stage)) as stage,
        step
    from {{ source('conf', 'stage_steps') }}

),

-- A stage may be named by its pipeline or by '*', and each by id or by name: the most exact entry counts.
matches as (

    select distinct on (statuses.stage_id)
        statuses.stage_id,
        configured.step
    from statuses
    inner join configured
        on configured.pipeline in ('*', statuses.pipeline_crm_id, lower(btrim(statuses.pipeline)))
        and configured.stage in (statuses.status_crm_id, lower(btrim(statuses.stage)))
    order by
        statuses.stage_id,
        configured.pipeline = '*',
        configured.pipeline <> statuses.pipeline_crm_id,
        configured.stage <> statuses.status_crm_id,
        configured.step

),

known as (

    select
        statuses.*,
        case
            when matches.step is not null then matches.step
            when statuses.is_won then 'won'
            when statuses.is_lost then 'lost'
            when statuses.is_incoming then 'incoming'
        end as known_step,
        case when matches.step not in ('incoming', 'won', 'lost') then matches.step end as carried_step
    from statuses
    left join matches on matches.stage_id = statuses.stage_id

),

-- `carried_no` counts the mapped stages so far: the stages up to the next mapped one share its number.
numbered as (

    select
        *,
        count(carried_step) over (
            partition by pipeline_id
            order by sort, status_crm_id
        ) as carried_no
    from known

),

filled as (

    select
        *,
        coalesce(
            known_step,
            max(carried_step) over (partition by pipeline_id, carried_no),
            'new'
        ) as step
    from numbered

),

final as (

    select
        stage_id,
        pipeline_id,
        account_id,
        pipeline,
        stage,
        step,
        sort,
        -- Where a deal of unknown past is supposed to have begun.
        step not in ('incoming', 'won', 'lost') and row_number() over (
            partition by pipeline_id
            order by step in ('incoming', 'won', 'lost'), sort, stage_id
        ) = 1 as is_first_working_stage,
        is_archived
    from filled

)

select * from final
