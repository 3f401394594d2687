with

accounts as (

    select * from {{ source('amocrm', 'account') }}

),

final as (

    select
        accounts.account_id,
        task_type ->> 'id' as crm_id,
        task_type ->> 'name' as name
    from accounts
    cross join lateral jsonb_path_query(accounts.payload, '$._embedded.task_types[*]') as task_type

)

select * from final
