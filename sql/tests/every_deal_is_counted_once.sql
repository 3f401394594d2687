-- Joins neither multiply deals nor lose them on the way from the CRM to the marts.

with

counts as (

    select
        (select count(*) from {{ ref('int_deals') }}) as known,
        (select count(*) from {{ ref('stg_amocrm__leads') }}) as leads,
        (select count(*) from {{ ref('int_deals') }} where is_seen_in_leads) as seen_in_leads,
        (select count(*) from {{ ref('fct_deals') }}) as deals,
        (select count(distinct deal_id) from {{ ref('fct_deal_stage_stays') }}) as with_stays,
        (select count(distinct deal_id) from {{ ref('fct_deal_events') }}) as with_milestones

),

final as (

    select * from counts
    where
        leads <> seen_in_leads
        or known <> deals
        or known <> with_stays
        or known <> with_milestones

)

select * from final
