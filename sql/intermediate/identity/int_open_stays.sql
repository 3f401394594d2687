-- When a deal was neither won nor lost, stay by stay.

with

stays as (

    select * from {{ ref('int_deal_stage_stays') }}

),

stages as (

    select * from {{ ref('int_stage_steps') }}

),

final as (

    select
        stays.deal_id,
        stays.entered_at,
        stays.left_at
    from stays
    left join stages on stages.stage_id = stays.stage_id
    where
        -- A stage that was deleted in the CRM is told by its number.
        coalesce(stages.step, case split_part(stays.stage_id, ':', 3) when '142' then 'won' when '143' then 'lost' end, 'new')
        not in ('won', 'lost')

)

select * from final
