-- What the list of users said before: it has no history of its own, so this is as often as it was read.

with

versions as (

    select * from {{ source('amocrm', 'users__history') }}

),

final as (

    select
        {{ entity_key('versions.account_id', 'versions.id') }} as manager_id,
        {{ entity_key('versions.account_id', "coalesce(versions.payload #>> '{rights,group_id}', '0')") }} as team_id,
        versions.payload #>> '{_embedded,groups,0,name}' as group_name,
        versions.is_deleted,
        versions.seen_at,
        versions.superseded_at
    from versions

)

select * from final
