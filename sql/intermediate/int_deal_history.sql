{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[{'columns': ['deal_id']}, {'columns': ['attribute', 'value']}, {'columns': ['actor_id']}]
) }}

-- The chain of events, with its gaps filled from versions. `order_key` breaks ties of a second: '' for a deal's beginning, the id of an
-- event, '~' (after any id) for a version. Prices are compared without their fraction: events may carry whole roubles where the
-- deal carries kopecks.

with

deals as (

    select * from {{ ref('int_deals') }} as deals
    where {{ key_changed_since_last_build('deals.deal_id', ref('int_deals'), 'deal_id') }}

),

moves as (

    select moves.* from {{ ref('int_deal_moves') }} as moves
    inner join deals on deals.deal_id = moves.deal_id

),

settings as (

    select deal_currency_field, currency from {{ source('conf', 'settings') }}
    limit 1

),

past_versions as (

    select * from {{ ref('stg_amocrm__lead_past_versions') }}

),

first_stages as (

    select
        pipeline_id,
        stage_id
    from {{ ref('int_stage_steps') }}
    where is_first_working_stage

),

last_moves as (

    select * from moves
    where is_last

),

current_values as (

    {{ current_deal_values() }}

),

past_values as (

    {{ past_deal_values() }}

),

-- Where versions have to fill in, each gap known by the event it follows: (from_at, to_at) is open at both ends.
gaps as (

    select
        deal_id,
        attribute,
        previous_key as gap_key,
        previous_at as from_at,
        previous_at as begins_at,
        changed_at as to_at,
        order_key as to_key,
        previous_after as from_value,
        value_before as to_value
    from moves
    where split_part(value_before, '.', 1) <> split_part(previous_after, '.', 1)

    union all

    select
        current_values.deal_id,
        current_values.attribute,
        coalesce(last_moves.order_key, '') as gap_key,
        last_moves.changed_at as from_at,
        coalesce(last_moves.changed_at, current_values.created_at) as begins_at,
        null as to_at,
        null as to_key,
        last_moves.value_after as from_value,
        current_values.value as to_value
    from current_values
    left join last_moves
        on last_moves.deal_id = current_values.deal_id
        and last_moves.attribute = current_values.attribute
    where
        current_values.value is not null
        and (
            (
                last_moves.deal_id is null
                -- A price that never changed needs no history: it is the deal's amount. Nor does a currency that has no past.
                and (
                    current_values.attribute not in ('price', 'currency')
                    or (current_values.attribute = 'price' and current_values.deal_id in (select past_values.deal_id from past_values))
                    or current_values.deal_id in (select past_values.deal_id from past_values where past_values.attribute = 'currency')
                )
            )
            -- An event newer than what was seen of the deal: the deal is behind, not the events.
            or (
                current_values.updated_at >= last_moves.changed_at
                and split_part(current_values.value, '.', 1) <> split_part(last_moves.value_after, '.', 1)
            )
        )

    union all

    -- Before the first event, when something else was seen than it says.
    select distinct
        moves.deal_id,
        moves.attribute,
        '' as gap_key,
        null::timestamptz as from_at,
        least(deals.created_at, moves.changed_at) as begins_at,
        moves.changed_at as to_at,
        moves.order_key as to_key,
        null as from_value,
        moves.value_before as to_value
    from moves
    inner join deals on deals.deal_id = moves.deal_id
    inner join past_values
        on past_values.deal_id = moves.deal_id
        and past_values.attribute = moves.attribute
        and past_values.updated_at < moves.changed_at
        and split_part(past_values.value, '.', 1) <> split_part(moves.value_before, '.', 1)
    where moves.previous_at is null

),

observations as (

    select
        gaps.deal_id,
        gaps.attribute,
        gaps.gap_key,
        gaps.begins_at,
        gaps.from_value,
        past_values.value,
        past_values.updated_at,
        past_values.load_id,
        past_values.seen_at,
        false as is_current,
        case when past_values.is_closed and gaps.attribute = 'stage' then past_values.closed_at end as closed_at
    from gaps
    inner join past_values
        on past_values.deal_id = gaps.deal_id
        and past_values.attribute = gaps.attribute
        and (gaps.from_at is null or past_values.updated_at > gaps.from_at)
        and (gaps.to_at is null or past_values.updated_at < gaps.to_at)

    union all

    select
        gaps.deal_id,
        gaps.attribute,
        gaps.gap_key,
        gaps.begins_at,
        gaps.from_value,
        gaps.to_value as value,
        current_values.updated_at,
        null as load_id,
        null as seen_at,
        true as is_current,
        case when current_values.is_closed and gaps.attribute = 'stage' then current_values.closed_at end as closed_at
    from gaps
    inner join current_values
        on current_values.deal_id = gaps.deal_id
        and current_values.attribute = gaps.attribute
    where gaps.to_at is null

),

ordered_observations as (

    select
        observations.*,
        lag(value, 1, from_value) over seen as previous_value,
        greatest(begins_at, lag(updated_at) over seen) as previous_at,
        row_number() over seen as observation_no,
        lead(updated_at) over seen is null as is_last
    from observations
    window seen as (
        partition by deal_id, attribute, gap_key
        order by is_current, updated_at, load_id, seen_at
    )

),

-- The first thing ever known of a deal that no event tells of. A closed deal was open before: it began in its pipeline's first stage.
first_observations as (

    select
        ordered_observations.*,
        case
            when ordered_observations.closed_at > ordered_observations.begins_at then first_stages.stage_id
        end as stage_before_closing
    from ordered_observations
    left join first_stages
        on first_stages.pipeline_id = substring(ordered_observations.value from '^[^:]*:[^:]*')
        and ordered_observations.attribute = 'stage'
    where
        ordered_observations.from_value is null
        and ordered_observations.observation_no = 1

),

points as (

    -- Beginnings: what the first event says of the time before it, else the first thing known.
    select
        moves.deal_id,
        moves.attribute,
        coalesce(moves.value_before, moves.value_after) as value,
        least(deals.created_at, moves.changed_at) as valid_from,
        '' as order_key,
        0 as place,
        'event' as history_source,
        null as actor_id
    from moves
    inner join deals on deals.deal_id = moves.deal_id
    left join first_observations
        on first_observations.deal_id = moves.deal_id
        and first_observations.attribute = moves.attribute
    where
        moves.previous_at is null
        and first_observations.deal_id is null

    union all

    select
        deal_id,
        attribute,
        coalesce(stage_before_closing, value) as value,
        begins_at as valid_from,
        '' as order_key,
        0 as place,
        'assumed' as history_source,
        null as actor_id
    from first_observations

    union all

    select
        deal_id,
        attribute,
        value,
        least(closed_at, greatest(begins_at, updated_at)) as valid_from,
        '~' as order_key,
        observation_no as place,
        'version' as history_source,
        null as actor_id
    from first_observations
    where stage_before_closing is not null

    union all

    select
        deal_id,
        attribute,
        value_after as value,
        changed_at as valid_from,
        order_key,
        2 as place,
        'event' as history_source,
        actor_id
    from moves

    union all

    -- A deal that was seen closed says itself when that happened; the version only bounds it.
    select
        deal_id,
        attribute,
        value,
        greatest(previous_at, least(closed_at, updated_at)) as valid_from,
        '~' as order_key,
        observation_no as place,
        'version' as history_source,
        null as actor_id
    from ordered_observations
    where split_part(value, '.', 1) <> split_part(previous_value, '.', 1)

    union all

    select
        gaps.deal_id,
        gaps.attribute,
        gaps.to_value as value,
        gaps.to_at as valid_from,
        gaps.to_key as order_key,
        1 as place,
        'assumed' as history_source,
        null as actor_id
    from gaps
    left join ordered_observations as last_seen
        on last_seen.deal_id = gaps.deal_id
        and last_seen.attribute = gaps.attribute
        and last_seen.gap_key = gaps.gap_key
        and last_seen.is_last
    where
        gaps.to_at is not null
        and split_part(coalesce(last_seen.value, gaps.from_value), '.', 1) <> split_part(gaps.to_value, '.', 1)

    union all

    -- Nothing is known of the stage of a deal that was never seen alive; it still has one stay.
    select
        deals.deal_id,
        'stage' as attribute,
        deals.account_id || ':0:0' as value,
        deals.created_at as valid_from,
        '' as order_key,
        0 as place,
        'assumed' as history_source,
        null as actor_id
    from deals
    left join last_moves
        on last_moves.deal_id = deals.deal_id
        and last_moves.attribute = 'stage'
    where
        deals.stage_id is null
        and last_moves.deal_id is null

),

points_and_previous as (

    select
        *,
        lag(value) over (
            partition by deal_id, attribute
            order by valid_from, order_key collate "C", place
        ) as previous_value
    from points

),

final as (

    select
        deal_id,
        attribute,
        row_number() over held as change_no,
        value,
        order_key collate "C" as order_key,
        lead(order_key) over held as next_order_key,
        actor_id,
        history_source,
        valid_from,
        lead(valid_from) over held as valid_to
    from points_and_previous
    where value is distinct from previous_value
    window held as (
        partition by deal_id, attribute
        order by valid_from, order_key collate "C", place
    )

)

select * from final
