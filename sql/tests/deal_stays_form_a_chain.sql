-- A deal is always in exactly one stage: each stay begins when and where the one before it ended, and only the last is open.

with

stays as (

    select
        stay_id,
        deal_id,
        stay_no,
        exit,
        left_at,
        next_stage_id,
        lead(stay_no) over deal as following_no,
        lead(stage_id) over deal as following_stage_id,
        lead(entered_at) over deal as following_entered_at
    from {{ ref('fct_deal_stage_stays') }}
    where {{ of_changed_rows('deal_id', ['fct_deal_stage_stays'], 'deal_id') }}
    window deal as (partition by deal_id order by stay_no)

),

final as (

    select *
    from stays
    where
        coalesce(following_no <> stay_no + 1, false)
        or following_stage_id is distinct from next_stage_id
        or (following_no is not null and following_entered_at is distinct from left_at)
        or (following_no is null) <> (exit in ('deleted', 'still_there'))

)

select * from final
