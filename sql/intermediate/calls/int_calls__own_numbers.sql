-- The company's own lines in full: nobody who calls from one is a client.

with

pbx as (

    select * from {{ source('conf', 'pbx') }}

),

settings as (

    select country from {{ source('conf', 'settings') }}
    limit 1

),

final as (

    select distinct numbers.hmac
    from pbx
    cross join lateral unnest(pbx.own_numbers) as own_number
    left join settings on true
    inner join {{ ref('int_phone_numbers') }} as numbers
        on numbers.raw = own_number
        and numbers.country = coalesce(pbx.country, settings.country, '')
    where numbers.hmac is not null

)

select * from final
