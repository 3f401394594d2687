{{ config(materialized='table', meta={'clock': 'day'}, indexes=[{'columns': ['deal_day_id'], 'unique': true}, {'columns': ['occurred_at']}]) }}

-- The moves of the pipeline summed to days, and the days between filled: whoever has open deals has a row for every day up to today.

with

settings as (

    {{ zone_and_today() }}

),

-- By kind first: two sums over millions of moves instead of one for each column below.
sums as (

    select
        owner_id,
        pipeline_id,
        day,
        kind,
        sum(deals)::int as deals,
        sum(amount) as amount
    from {{ ref('int_pipeline_moves') }}
    where kind <> 'none'
    group by owner_id, pipeline_id, day, kind

),

moved as (

    select
        owner_id,
        pipeline_id,
        day,
        sum(deals) filter (where kind in ('created', 'reopened')) as deals_created,
        sum(deals) filter (where kind = 'reopened') as deals_reopened,
        -sum(deals) filter (where kind = 'won') as deals_won,
        -sum(deals) filter (where kind = 'lost') as deals_lost,
        sum(deals) filter (where kind = 'handed') as deals_handed,
        sum(amount) filter (where kind in ('created', 'reopened')) as created,
        sum(amount) filter (where kind = 'reopened') as reopened,
        sum(amount) filter (where kind = 'raised') as raised,
        -sum(amount) filter (where kind = 'lowered') as lowered,
        -sum(amount) filter (where kind = 'won') as won,
        -sum(amount) filter (where kind = 'lost') as lost,
        sum(amount) filter (where kind = 'handed') as handed,
        sum(deals) as deals_change,
        sum(amount) as change
    from sums
    group by owner_id, pipeline_id, day

),

balances as (

    select
        moved.*,
        sum(deals_change) over so_far as deals_closing,
        sum(change) over so_far as closing,
        lead(day) over so_far as next_day
    from moved
    window so_far as (partition by owner_id, pipeline_id order by day)

),

-- A stretch is the day of the moves and the quiet days up to the next ones; without open deals there are none to fill.
stretches as (

    select
        balances.*,
        case
            when balances.deals_closing = 0 and balances.closing = 0 then balances.day
            else greatest(balances.day, least(coalesce(balances.next_day - 1, settings.today), settings.today))
        end as last_day
    from balances
    cross join settings

),

days as (

    select
        stretches.*,
        stretches.day + offset_days as on_day,
        offset_days = 0 as is_move
    from stretches
    cross join lateral generate_series(0, stretches.last_day - stretches.day) as offset_days

),

final as (

    select
        concat_ws(':', coalesce(days.owner_id, 'nobody'), days.pipeline_id, days.on_day) as deal_day_id,
        days.owner_id,
        days.pipeline_id,

        case when days.is_move then days.deals_closing - days.deals_change else days.deals_closing end as deals_opening,
        case when days.is_move then coalesce(days.deals_created, 0) else 0 end as deals_created,
        case when days.is_move then coalesce(days.deals_reopened, 0) else 0 end as deals_reopened,
        case when days.is_move then coalesce(days.deals_won, 0) else 0 end as deals_won,
        case when days.is_move then coalesce(days.deals_lost, 0) else 0 end as deals_lost,
        case when days.is_move then coalesce(days.deals_handed, 0) else 0 end as deals_handed,
        days.deals_closing,

        case when days.is_move then days.closing - days.change else days.closing end as opening_amount,
        case when days.is_move then coalesce(days.created, 0) else 0 end as created_amount,
        case when days.is_move then coalesce(days.reopened, 0) else 0 end as reopened_amount,
        case when days.is_move then coalesce(days.raised, 0) else 0 end as raised_amount,
        case when days.is_move then coalesce(days.lowered, 0) else 0 end as lowered_amount,
        case when days.is_move then coalesce(days.won, 0) else 0 end as won_amount,
        case when days.is_move then coalesce(days.lost, 0) else 0 end as lost_amount,
        case when days.is_move then coalesce(days.handed, 0) else 0 end as handed_amount,
        days.closing as closing_amount,

        days.on_day as day,
        days.on_day::timestamp at time zone settings.time_zone as occurred_at
    from days
    cross join settings

)

select * from final
