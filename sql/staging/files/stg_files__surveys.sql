with

raw_rows as (

    select * from {{ source('files', 'surveys') }}
    where not is_deleted

),

final as (

    select
        account_id || ':' || id as survey_id,
        account_id,
        payload ->> 'file' as file,
        payload ->> 'sheet' as sheet,
        (payload ->> 'row')::int as row_number,
        payload #>> '{values,manager}' as manager_ref,
        payload #>> '{values,client}' as client_ref,
        payload #>> '{values,comment}' as comment,
        (payload #>> '{values,csat}')::numeric as csat,
        (payload #>> '{values,nps}')::numeric as nps,
        (payload #>> '{values,date}')::date as answered_on
    from raw_rows

)

select * from final
