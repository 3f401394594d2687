with

raw_rows as (

    select * from {{ source('files', 'extensions') }}
    where not is_deleted

),

final as (

    select
        payload #>> '{values,manager}' as manager_ref,
        payload #>> '{values,extension}' as extension,
        payload #>> '{values,source}' as source,
        (payload #>> '{values,valid_from}')::date as valid_from,
        (payload #>> '{values,valid_to}')::date as valid_to
    from raw_rows

)

select * from final
