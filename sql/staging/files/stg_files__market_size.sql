with

raw_rows as (

    select * from {{ source('files', 'market_size') }}
    where not is_deleted

),

final as (

    select
        account_id || ':' || id as market_size_id,
        account_id,
        payload ->> 'file' as file,
        payload ->> 'sheet' as sheet,
        (payload ->> 'row')::int as row_number,
        payload #>> '{values,segment}' as segment,
        payload #>> '{values,currency}' as currency,
        payload #>> '{values,period,kind}' as period_kind,
        (payload #>> '{values,period,from}')::date as period_from,
        (payload #>> '{values,period,to}')::date as period_to,
        (payload #>> '{values,amount}')::numeric as amount
    from raw_rows

)

select * from final
