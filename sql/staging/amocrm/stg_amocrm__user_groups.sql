with

accounts as (

    select * from {{ source('amocrm', 'account') }}

),

final as (

    select
        {{ entity_key('accounts.account_id', "(user_group ->> 'id')") }} as team_id,
        accounts.account_id,
        user_group ->> 'name' as name
    from accounts
    cross join lateral jsonb_path_query(accounts.payload, '$._embedded.users_groups[*]') as user_group

)

select * from final
