{{ config(
    materialized='incremental',
    unique_key='leg_key',
    indexes=[{'columns': ['leg_key'], 'unique': true}, {'columns': ['call_id']}, {'columns': ['loaded_xid']}]
) }}

-- The legs of all phone systems, one way of saying things: which way the leg went, who of ours was on it, who of theirs, and from when
-- to when the two could talk. A table, because a call is folded anew from all its legs when one of them arrives.

with

legs as (

    {% for model in phone_systems() -%}
    select * from {{ ref(model) }}
    where {{ changed_since_last_build('loaded_xid') }}
    {% if not loop.last %}union all{% endif %}
    {% else -%}
    select
        null::text as account_id, null::text as source_type, null::text as call_key, null::text as leg_id, null::bigint as leg_no,
        null::timestamptz as started_at, null::timestamptz as answered_at, null::timestamptz as ended_at,
        null::text as direction_hint, null::text as caller_number, null::text as callee_number,
        null::text as caller_extension, null::text as callee_extension,
        null::boolean as caller_is_trunk, null::boolean as callee_is_trunk, null::text as party, null::text as result,
        null::int as talk_seconds_reported, null::text as queue, null::text as line, null::text as employee_ref,
        null::text as employee_name, null::text as recording_id, null::boolean as is_transfer, null::boolean as is_deleted,
        null::xid8 as loaded_xid, null::text as crm_call_id
    where false
    {% endfor %}

),

-- The system's own word on a leg counts. Without one: trunks lead outside, extensions are inside, and what is neither is outside.
directed as (

    select
        legs.*,
        case
            when direction_hint is not null then direction_hint
            when caller_is_trunk then 'in'
            when caller_extension is null then 'in'
            when callee_is_trunk then 'out'
            when callee_extension is not null then 'internal'
            when party = 'person' and callee_number is not null then 'out'
            else 'internal'
        end as leg_direction,
        -- Two who meet in a conference talk with each other.
        party = 'person' or (party = 'conference' and callee_extension is not null) as is_person
    from legs

),

final as (

    select
        source_type || ':' || account_id || ':' || call_key || ':' || leg_id as leg_key,
        source_type || ':' || account_id || ':' || call_key as call_id,
        source_type,
        account_id,
        call_key,
        crm_call_id,
        leg_no,
        leg_direction,
        case leg_direction
            when 'in' then caller_number
            when 'out' then callee_number
        end as client_number,
        -- Ours: who rang on a call from outside or inside, who dialled on a call to the outside. A number outside that rang instead
        -- (a call forwarded to a mobile phone) stands for somebody of ours, too.
        case
            when not is_person then null
            when leg_direction = 'out' then coalesce(caller_extension, 'user ' || employee_ref, 'name ' || employee_name)
            else coalesce(callee_extension, 'user ' || employee_ref, 'name ' || employee_name, 'number ' || callee_number)
        end as person,
        case when leg_direction = 'internal' then caller_extension end as dialler,
        employee_ref,
        employee_name,
        party,
        result,
        queue,
        line,
        recording_id,
        is_transfer,
        is_deleted,
        started_at,
        ended_at,
        answered_at,
        -- The system's seconds of talk are finer than its clock, and may leave out what was no talk (holding); longer than the clock
        -- has room for they are a slip, and the clock counts.
        case when is_person and result = 'answered' then answered_at end as talk_from,
        case
            when not is_person or result <> 'answered' then null
            when talk_seconds_reported is null then greatest(ended_at, answered_at)
            when answered_at + make_interval(secs => talk_seconds_reported) > ended_at + interval '1 second'
                then greatest(ended_at, answered_at)
            else answered_at + make_interval(secs => talk_seconds_reported)
        end as talk_to,
        loaded_xid
    from directed

)

select * from final
