-- Every deal is told of: a deleted one by its deletion only, any other by one beginning; the wins are the deals won now, to the
-- kopeck; as many steps are reached as the furthest one's number.

with

deals as (

    select * from {{ ref('fct_deals') }}
    where {{ of_changed_rows('deal_id', ['fct_deals', 'fct_deal_events'], 'deal_id') }}

),

milestones as (

    select
        deal_id,
        count(*) filter (where event in ('created', 'incoming')) as beginnings,
        count(*) filter (where event = 'deleted') as deletions,
        count(*) filter (where event = 'won') as wins,
        count(*) filter (where event = 'lost') as losses,
        count(*) filter (where event = 'reopened') as reopenings,
        count(*) filter (where event = 'reached') as steps_reached,
        max(step_no) filter (where event = 'reached') as furthest_step_no,
        sum(amount) filter (where event = 'won') as won_amount,
        count(*) as rows
    from {{ ref('fct_deal_events') }}
    where {{ of_changed_rows('deal_id', ['fct_deals', 'fct_deal_events'], 'deal_id') }}
    group by deal_id

),

final as (

    select
        coalesce(deals.deal_id, milestones.deal_id) as deal_id,
        deals.is_deleted,
        deals.outcome,
        milestones.rows
    from deals
    full join milestones on milestones.deal_id = deals.deal_id
    where
        deals.deal_id is null
        or milestones.deal_id is null
        or (deals.is_deleted and (milestones.rows <> 1 or milestones.deletions <> 1))
        or (
            not deals.is_deleted
            and (
                milestones.deletions <> 0
                or milestones.beginnings <> 1
                or milestones.wins <> deals.is_won::int
                or (deals.is_lost and milestones.losses = 0)
                or milestones.reopenings <> deals.reopenings
                or milestones.steps_reached <> coalesce(milestones.furthest_step_no, 0)
                or (deals.is_won and milestones.won_amount is distinct from deals.amount)
            )
        )

)

select * from final
