{{ config(materialized='table', indexes=[{'columns': ['stage_id'], 'unique': true}]) }}

with

stage_steps as (

    select * from {{ ref('int_stage_steps') }}

),

stays as (

    select value as stage_id from ({{ distinct_values(ref('int_deal_history'), 'value', "attribute = 'stage'") }}) as entered

),

pipelines as (

    select * from {{ ref('stg_amocrm__pipelines') }}

),

steps as (

    select * from {{ ref('int_steps') }}

),

-- Stages (and pipelines) that were deleted in the CRM while history still names them.
tombstones as (

    select
        stays.stage_id,
        substring(stays.stage_id from '^[^:]*:[^:]*') as pipeline_id,
        split_part(stays.stage_id, ':', 1) as account_id,
        split_part(stays.stage_id, ':', 3) as status_crm_id
    from stays
    left join stage_steps on stage_steps.stage_id = stays.stage_id
    where stage_steps.stage_id is null

),

configured_tombstones as (

    select distinct on (tombstones.stage_id)
        tombstones.stage_id,
        configured.step
    from tombstones
    inner join {{ source('conf', 'stage_steps') }} as configured
        on btrim(configured.pipeline) in ('*', split_part(tombstones.pipeline_id, ':', 2))
        and btrim(configured.stage) = tombstones.status_crm_id
    order by tombstones.stage_id, btrim(configured.pipeline) = '*', configured.step

),

combined as (

    select
        stage_id,
        pipeline_id,
        account_id,
        pipeline,
        stage,
        step,
        sort,
        is_archived,
        true as is_known
    from stage_steps

    union all

    select
        tombstones.stage_id,
        tombstones.pipeline_id,
        tombstones.account_id,
        coalesce(pipelines.name, 'Unknown pipeline ' || split_part(tombstones.pipeline_id, ':', 2)) as pipeline,
        case tombstones.status_crm_id
            when '142' then 'Won'
            when '143' then 'Lost'
            else 'Unknown stage ' || tombstones.status_crm_id
        end as stage,
        coalesce(
            configured_tombstones.step,
            case tombstones.status_crm_id when '142' then 'won' when '143' then 'lost' else 'new' end
        ) as step,
        null as sort,
        true as is_archived,
        false as is_known
    from tombstones
    left join pipelines on pipelines.pipeline_id = tombstones.pipeline_id
    left join configured_tombstones on configured_tombstones.stage_id = tombstones.stage_id

),

final as (

    select
        combined.stage_id,
        combined.pipeline_id,
        combined.account_id,

        combined.pipeline,
        combined.stage,
        combined.step,

        steps.step_no,
        combined.sort,
        limits.limit_business_seconds,

        combined.step = 'incoming' as is_incoming,
        combined.step = 'won' as is_won,
        combined.step = 'lost' as is_lost,
        combined.is_archived,
        combined.is_known
    from combined
    inner join steps on steps.step = combined.step
    left join {{ ref('int_stage_limits') }} as limits on limits.stage_id = combined.stage_id

)

select * from final
