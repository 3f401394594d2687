with

raw_rows as (

    select * from {{ source('files', 'mailboxes') }}
    where not is_deleted

),

final as (

    select
        payload #>> '{values,manager}' as manager_ref,
        payload #>> '{values,address}' as address,
        (payload #>> '{values,valid_from}')::date as valid_from,
        (payload #>> '{values,valid_to}')::date as valid_to
    from raw_rows

)

select * from final
