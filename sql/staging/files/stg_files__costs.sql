with

raw_rows as (

    select * from {{ source('files', 'costs') }}
    where not is_deleted

),

final as (

    select
        account_id || ':' || id as cost_id,
        account_id,
        payload ->> 'file' as file,
        payload ->> 'sheet' as sheet,
        (payload ->> 'row')::int as row_number,
        payload #>> '{values,manager}' as manager_ref,
        payload #>> '{values,team}' as team_ref,
        payload #>> '{values,kind}' as kind,
        payload #>> '{values,category}' as category,
        payload #>> '{values,document}' as document,
        payload #>> '{values,comment}' as comment,
        payload #>> '{values,currency}' as currency,
        payload #>> '{values,period,kind}' as period_kind,
        (payload #>> '{values,period,from}')::date as period_from,
        (payload #>> '{values,period,to}')::date as period_to,
        (payload #>> '{values,amount}')::numeric as amount,
        seen_at as loaded_at
    from raw_rows

)

select * from final
