with

raw_rows as (

    select * from {{ source('files', 'files') }}
    where not is_deleted

),

final as (

    select
        account_id || ':' || id as file_id,
        account_id,
        payload ->> 'file' as file,
        payload ->> 'hash' as hash,
        payload ->> 'encoding' as encoding,
        (payload ->> 'rows')::int as rows,
        (payload ->> 'rejected')::int as rejected,
        (payload ->> 'is_readable')::boolean as is_readable,
        (payload ->> 'modified_at')::timestamptz as modified_at,
        seen_at as loaded_at
    from raw_rows

)

select * from final
