-- The accounting identity, by stage and month (UTC will do here): entries = the sum of all ways a stay can end, and what leaves for
-- a stage arrives in it.

with

stays as (

    -- What holds of all deals and of those that changed holds of the others, as deal_stays_form_a_chain says it of each.
    select * from {{ ref('fct_deal_stage_stays') }}
    where {{ of_changed_rows('deal_id', ['fct_deal_stage_stays'], 'deal_id') }}

),

by_period as (

    select
        stage_id || ' ' || date_trunc('month', entered_at at time zone 'UTC')::date as cell,
        count(*) as entries,
        count(*) filter (where exit = 'advanced')
        + count(*) filter (where exit = 'won')
        + count(*) filter (where exit = 'lost')
        + count(*) filter (where exit = 'moved_back')
        + count(*) filter (where exit = 'moved_within')
        + count(*) filter (where exit = 'handed_over')
        + count(*) filter (where exit = 'deleted')
        + count(*) filter (where exit = 'still_there') as exits
    from stays
    group by 1

),

arrivals as (

    select stage_id, count(*) filter (where stay_no > 1) as arrived
    from stays
    group by stage_id

),

departures as (

    select next_stage_id as stage_id, count(*) as sent
    from stays
    where next_stage_id is not null
    group by next_stage_id

),

final as (

    select cell, entries as expected, exits as found
    from by_period
    where entries <> exits

    union all

    select
        coalesce(arrivals.stage_id, departures.stage_id) as cell,
        coalesce(departures.sent, 0) as expected,
        coalesce(arrivals.arrived, 0) as found
    from arrivals
    full join departures on departures.stage_id = arrivals.stage_id
    where coalesce(departures.sent, 0) <> coalesce(arrivals.arrived, 0)

)

select * from final
