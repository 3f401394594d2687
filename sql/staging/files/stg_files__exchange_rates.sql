with

raw_rows as (

    select * from {{ source('files', 'exchange_rates') }}
    where not is_deleted

),

final as (

    select
        account_id || ':' || id as exchange_rate_id,
        account_id,
        payload ->> 'file' as file,
        payload ->> 'sheet' as sheet,
        (payload ->> 'row')::int as row_number,
        payload #>> '{values,currency}' as currency,
        (payload #>> '{values,rate}')::numeric / coalesce((payload #>> '{values,nominal}')::numeric, 1) as rate,
        (payload #>> '{values,date}')::date as valid_from
    from raw_rows

)

select * from final
