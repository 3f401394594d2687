-- No lead that the CRM gave is missing among the deals, and none is there twice.

with

counts as (

    select
        (select count(*) from {{ source('amocrm', 'leads') }}) as leads,
        (select count(*) from {{ ref('int_deals') }} where is_seen_in_leads) as deals

),

final as (

    select * from counts
    where leads <> deals

)

select * from final
