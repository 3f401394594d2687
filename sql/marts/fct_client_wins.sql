{{ config(materialized='table', indexes=[{'columns': ['deal_id'], 'unique': true}, {'columns': ['client_id', 'win_no']}]) }}

-- What clients bought, in order. From a win on a client is active for so many days; the next win, if it comes in time, takes over, so
-- that a client is active through one win at a time and counts for the manager of that win.

with

settings as (

    select
        conf.time_zone,
        regulation.active_client_days,
        {{ today() }} as today
    from {{ source('conf', 'settings') }} as conf
    cross join {{ source('conf', 'regulation') }} as regulation
    limit 1

),

wins as (

    select
        events.deal_id,
        events.client_id,
        events.owner_id as manager_id,
        events.pipeline_id,
        events.amount,
        events.occurred_at,
        (events.occurred_at at time zone settings.time_zone)::date as day
    from {{ ref('fct_deal_events') }} as events
    cross join settings
    where
        events.event = 'won'
        and events.client_id is not null

),

ordered as (

    select
        wins.*,
        row_number() over client as win_no,
        lead(wins.day) over client as next_day
    from wins
    window client as (partition by wins.client_id order by wins.occurred_at, wins.deal_id)

),

final as (

    select
        ordered.deal_id,
        ordered.client_id,
        ordered.manager_id,
        ordered.pipeline_id,

        ordered.win_no,
        ordered.amount,

        ordered.win_no = 1 as is_first,
        -- The client was not active any more when it bought again.
        coalesce(
            ordered.day > lag(ordered.day) over client + settings.active_client_days,
            false
        ) as is_return,

        ordered.occurred_at,
        ordered.day,
        least(ordered.next_day, ordered.day + settings.active_client_days) as active_before,
        case
            when
                ordered.day + settings.active_client_days <= settings.today
                and coalesce(ordered.next_day > ordered.day + settings.active_client_days, true)
                then (ordered.day + settings.active_client_days)::timestamp at time zone settings.time_zone
        end as lapsed_at
    from ordered
    cross join settings
    window client as (partition by ordered.client_id order by ordered.occurred_at, ordered.deal_id)

)

select * from final
