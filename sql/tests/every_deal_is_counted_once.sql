-- Joins neither multiply deals nor lose them on the way from the CRM to the marts. (deal_milestones_agree_with_deals does the same
-- for the milestones, deal by deal.)

with

deals as (

    select
        count(*) filter (where is_seen_in_leads) as seen_in_leads,
        count(*) as known
    from {{ ref('int_deals') }}

),

stays as (

    select
        count(*) filter (where stay_no = 1) as first_stays,
        count(*) filter (where exit in ('deleted', 'still_there')) as last_stays
    from {{ ref('fct_deal_stage_stays') }}

),

counts as (

    select
        deals.*,
        stays.*,
        (select count(*) from {{ source('amocrm', 'leads') }}) as leads,
        (select count(*) from {{ ref('fct_deals') }}) as deals
    from deals
    cross join stays

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
