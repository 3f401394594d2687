-- Joins neither multiply deals nor lose them on the way from the CRM to the marts. (deal_milestones_agree_with_deals does the same
-- for the milestones, deal by deal.)

with

counts as (

    select
        (select count(*) from {{ source('amocrm', 'leads') }}) as leads,
        (select count(*) from {{ ref('int_deals') }} where is_seen_in_leads) as seen_in_leads,
        (select count(*) from {{ ref('int_deals') }}) as known,
        (select count(*) from {{ ref('fct_deals') }}) as deals,
        (select count(*) from {{ ref('fct_deal_stage_stays') }} where stay_no = 1) as first_stays,
        (select count(*) from {{ ref('fct_deal_stage_stays') }} where exit in ('deleted', 'still_there')) as last_stays

),

final as (

    select * from counts
    where
        leads <> seen_in_leads
        or known <> deals
        or known <> first_stays
        or known <> last_stays

)

select * from final
