-- How long a deal may stay in a stage, in business seconds. A stage's limit goes before its step's, one for its pipeline before one for
-- all; won and lost have none.

with

stages as (

    select * from {{ ref('int_stage_steps') }}
    where step not in ('won', 'lost')

),

limits as (

    select
        lower(btrim(pipeline)) as pipeline,
        lower(btrim(stage)) as stage,
        lower(btrim(step)) as step,
        limit_business_seconds
    from {{ source('conf', 'stage_limits') }}

),

final as (

    select distinct on (stages.stage_id)
        stages.stage_id,
        limits.limit_business_seconds
    from stages
    inner join limits
        on (limits.pipeline is null or limits.pipeline in (split_part(stages.pipeline_id, ':', 2), lower(btrim(stages.pipeline))))
        and (
            limits.stage in (split_part(stages.stage_id, ':', 3), lower(btrim(stages.stage)))
            or limits.step = stages.step
        )
    order by
        stages.stage_id,
        limits.stage is null,
        limits.pipeline is null,
        limits.limit_business_seconds

)

select * from final
