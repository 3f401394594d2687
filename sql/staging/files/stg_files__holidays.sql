with

raw_rows as (

    select * from {{ source('files', 'holidays') }}
    where not is_deleted

),

-- Two sources of files may both have a day: the one whose name comes first counts.
final as (

    select distinct on ((payload #>> '{values,day}')::date)
        (payload #>> '{values,day}')::date as day,
        coalesce((payload #>> '{values,is_working}')::boolean, false) as is_working,
        (payload #>> '{values,opens}')::time as opens,
        (payload #>> '{values,closes}')::time as closes,
        payload #>> '{values,title}' as title
    from raw_rows
    order by (payload #>> '{values,day}')::date, account_id

)

select * from final
