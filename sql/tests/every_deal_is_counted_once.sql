-- Joins neither multiply deals nor lose them on the way to the marts: each has one row, one first stay and one last.
-- (deal_milestones_agree_with_deals does the same for the milestones.)

with

known as (

    select
        deal_id,
        count(*) as deals
    from {{ ref('int_deals') }}
    where {{ of_changed_rows('deal_id', ['int_deals', 'fct_deals', 'fct_deal_stage_stays'], 'deal_id') }}
    group by deal_id

),

published as (

    select
        deal_id,
        count(*) as deals
    from {{ ref('fct_deals') }}
    where {{ of_changed_rows('deal_id', ['int_deals', 'fct_deals', 'fct_deal_stage_stays'], 'deal_id') }}
    group by deal_id

),

stays as (

    select
        deal_id,
        count(*) filter (where stay_no = 1) as first_stays,
        count(*) filter (where exit in ('deleted', 'still_there')) as last_stays
    from {{ ref('fct_deal_stage_stays') }}
    where {{ of_changed_rows('deal_id', ['int_deals', 'fct_deals', 'fct_deal_stage_stays'], 'deal_id') }}
    group by deal_id

),

final as (

    select
        deal_id,
        known.deals as known,
        published.deals as published,
        stays.first_stays,
        stays.last_stays
    from known
    full join published using (deal_id)
    full join stays using (deal_id)
    where (known.deals, published.deals, stays.first_stays, stays.last_stays) is distinct from (1, 1, 1, 1)

)

select * from final
