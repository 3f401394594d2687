-- The values of an attribute follow each other without a gap or an overlap, and each differs from the one before it.

with

history as (

    select
        *,
        lead(valid_from) over deal as following_from,
        lead(value) over deal as following_value
    from {{ ref('int_deal_history') }}
    where {{ of_changed_rows('deal_id', ['int_deal_history'], 'deal_id') }}
    window deal as (partition by deal_id, attribute order by change_no)

),

final as (

    select * from history
    where
        valid_to is distinct from following_from
        or valid_to < valid_from
        or value = following_value

)

select * from final
