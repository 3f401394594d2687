with

raw_rows as (

    select * from {{ source('files', 'call_reviews') }}
    where not is_deleted

),

final as (

    select
        account_id || ':' || id as review_item_id,
        account_id,
        payload ->> 'file' as file,
        payload ->> 'sheet' as sheet,
        (payload ->> 'row')::int as row_number,
        payload #>> '{values,manager}' as manager_ref,
        payload #>> '{values,call_id}' as call_id,
        payload #>> '{values,item}' as item,
        payload #>> '{values,reviewer}' as reviewer,
        payload #>> '{values,comment}' as comment,
        (payload #>> '{values,score}')::numeric as score,
        coalesce((payload #>> '{values,max_score}')::numeric, 1) as max_score,
        (payload #>> '{values,date}')::date as call_on
    from raw_rows

)

select * from final
