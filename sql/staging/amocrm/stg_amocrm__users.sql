with

users as (

    select * from {{ source('amocrm', 'users') }}

),

final as (

    select
        {{ entity_key('users.account_id', 'users.id') }} as manager_id,
        users.account_id,
        users.id as crm_id,
        users.payload ->> 'name' as name,
        users.payload ->> 'email' as email,
        -- Group 0 is the account's default one, and the group of a user without any.
        {{ entity_key('users.account_id', "coalesce(users.payload #>> '{rights,group_id}', '0')") }} as team_id,
        users.payload #>> '{_embedded,groups,0,name}' as group_name,
        coalesce((users.payload #>> '{rights,is_active}')::boolean, true) as is_active,
        coalesce((users.payload #>> '{rights,is_admin}')::boolean, false) as is_admin,
        users.is_deleted,
        users.loaded_xid
    from users

)

select * from final
