with

raw_rows as (

    select * from {{ source('files', 'trainings') }}
    where not is_deleted

),

final as (

    select
        account_id || ':' || id as training_id,
        account_id,
        payload ->> 'file' as file,
        payload ->> 'sheet' as sheet,
        (payload ->> 'row')::int as row_number,
        payload #>> '{values,manager}' as manager_ref,
        payload #>> '{values,title}' as title,
        (payload #>> '{values,hours}')::numeric as hours,
        (payload #>> '{values,test_score}')::numeric as test_score,
        (payload #>> '{values,date}')::date as held_on
    from raw_rows

)

select * from final
