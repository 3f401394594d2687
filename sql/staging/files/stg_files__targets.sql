with

raw_rows as (

    select * from {{ source('files', 'targets') }}
    where not is_deleted

),

final as (

    select
        account_id || ':' || id as target_row_id,
        account_id,
        payload ->> 'file' as file,
        payload ->> 'sheet' as sheet,
        (payload ->> 'row')::int as row_number,
        payload #>> '{values,manager}' as manager_ref,
        payload #>> '{values,team}' as team_ref,
        payload #>> '{values,currency}' as currency,
        payload #>> '{values,period,kind}' as period_kind,
        (payload #>> '{values,period,from}')::date as period_from,
        (payload #>> '{values,period,to}')::date as period_to,
        (payload #>> '{values,amount}')::numeric as amount,
        (payload #>> '{values,deals}')::numeric as deals,
        (payload #>> '{values,new_clients}')::numeric as new_clients,
        (payload #>> '{values,proposals}')::numeric as proposals,
        (payload #>> '{values,calls}')::numeric as calls,
        (payload #>> '{values,emails}')::numeric as emails,
        (payload #>> '{values,meetings}')::numeric as meetings,
        (payload #>> '{values,tasks}')::numeric as tasks,
        seen_at as loaded_at
    from raw_rows

)

select * from final
