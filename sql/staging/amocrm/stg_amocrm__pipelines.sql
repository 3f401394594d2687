with

pipelines as (

    select * from {{ source('amocrm', 'pipelines') }}

),

final as (

    select
        {{ entity_key('account_id', 'id') }} as pipeline_id,
        account_id,
        id as crm_id,
        payload ->> 'name' as name,
        (payload ->> 'sort')::numeric as sort,
        is_deleted or coalesce((payload ->> 'is_archive')::boolean, false) as is_archived,
        payload #> '{_embedded,statuses}' as statuses,
        loaded_xid
    from pipelines

)

select * from final
