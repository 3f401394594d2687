with

pipelines as (

    select * from {{ ref('stg_amocrm__pipelines') }}

),

final as (

    select
        pipelines.pipeline_id || ':' || (status ->> 'id') as stage_id,
        pipelines.pipeline_id,
        pipelines.account_id,
        pipelines.crm_id as pipeline_crm_id,
        status ->> 'id' as status_crm_id,
        pipelines.name as pipeline,
        status ->> 'name' as stage,
        (status ->> 'sort')::numeric as sort,
        -- Won and lost are of type 0 as well: they are known by their ids, the same two in every pipeline.
        status ->> 'type' = '1' as is_incoming,
        status ->> 'id' = '142' as is_won,
        status ->> 'id' = '143' as is_lost,
        pipelines.is_archived
    from pipelines
    cross join lateral jsonb_path_query(pipelines.statuses, '$[*]') as status

)

select * from final
