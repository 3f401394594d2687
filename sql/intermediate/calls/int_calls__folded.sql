{{ config(
    materialized='incremental',
    unique_key='call_id',
    indexes=[
        {'columns': ['call_id'], 'unique': true},
        {'columns': ['client_number']},
        {'columns': ['crm_call_id']},
        {'columns': ['loaded_xid']}
    ],
    pre_hook="set local work_mem = '256MB'"
) }}

-- One row per call, from all its legs in their order. Any new leg folds its call anew, so it makes no difference when legs arrive, in
-- what order, or how often.

with

{% if is_incremental() -%}
changed as (

    select call_id, max(loaded_xid) as loaded_xid from {{ ref('int_calls__legs') }}
    where {{ changed_since_last_build('loaded_xid') }}
    group by call_id

),
{%- endif %}

legs as (

    select
        legs.*,
        leg_direction <> 'internal' and talk_to > talk_from as is_client_talk
    from {{ ref('int_calls__legs') }} as legs
    {% if is_incremental() -%}
    inner join changed on changed.call_id = legs.call_id
    {%- endif %}

),

settings as (

    select country from {{ source('conf', 'settings') }}
    limit 1

),

pbx as (

    select source_type, account_id, country from {{ source('conf', 'pbx') }}

),

-- Lists in the order of the legs: the first of each is what counts. All share one order, so that one sort serves them all.
folded as (

    select
        call_id,
        min(source_type) as source_type,
        min(account_id) as account_id,
        min(call_key) as call_key,
        (array_agg(crm_call_id order by started_at, leg_no, leg_key) filter (where crm_call_id is not null))[1] as crm_call_id,
        (array_agg(leg_direction order by started_at, leg_no, leg_key))[1] as direction,
        (array_agg(client_number order by started_at, leg_no, leg_key) filter (where client_number is not null))[1] as client_number,
        (array_agg(line order by started_at, leg_no, leg_key) filter (where line is not null))[1] as line,
        (array_agg(queue order by started_at, leg_no, leg_key) filter (where queue is not null))[1] as queue,
        (array_agg(dialler order by started_at, leg_no, leg_key) filter (where dialler is not null))[1] as dialler,
        (array_agg(recording_id order by started_at, leg_no, leg_key) filter (where recording_id is not null))[1] as recording_id,
        count(*)::int as legs,
        range_agg(tstzrange(talk_from, talk_to)) filter (where is_client_talk) as client_talk,
        range_agg(tstzrange(talk_from, talk_to)) filter (where leg_direction = 'internal' and talk_to > talk_from) as internal_talk,
        bool_or(person is not null and leg_direction <> 'internal') as is_person_rung,
        bool_and(result = 'busy') filter (where person is not null) as are_all_busy,
        bool_and(result in ('failed', 'congestion')) filter (where person is not null) as are_all_failed,
        bool_or(party = 'queue' or queue is not null) as is_queued,
        bool_or(party = 'voicemail' and result = 'answered') as is_voicemail,
        bool_or(party = 'ivr' and result = 'answered') as is_ivr,
        bool_or(party = 'announcement' and result = 'answered') as is_announced,
        bool_or(result = 'busy') as is_any_busy,
        bool_or(result in ('failed', 'congestion')) as is_any_failed,
        bool_or(result in ('no_answer', 'cancelled')) as is_any_unanswered,
        bool_or(is_transfer) as is_transferred,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        max(loaded_xid) as loaded_xid
    from legs
    where not is_deleted
    group by call_id

),

{% if is_incremental() -%}
-- All legs gone: the row stays, and says so.
gone as (

    select
        call_id,
        max(loaded_xid) as loaded_xid
    from legs
    group by call_id
    having bool_and(is_deleted)

),
{%- endif %}

final as (

    select
        folded.call_id,
        folded.source_type,
        folded.account_id,
        folded.call_key,
        folded.crm_call_id,
        folded.direction,
        folded.client_number,
        coalesce(pbx.country, settings.country, '') as country,
        folded.line,
        folded.queue,
        folded.dialler,
        folded.recording_id,
        folded.legs,
        case
            when folded.direction = 'internal' then folded.internal_talk is not null
            else folded.client_talk is not null
        end as is_answered,
        coalesce(
            case
                when folded.direction = 'internal' then
                    (select sum(extract(epoch from upper(talk.part) - lower(talk.part))) from unnest(folded.internal_talk) as talk (part))
                else (select sum(extract(epoch from upper(talk.part) - lower(talk.part))) from unnest(folded.client_talk) as talk (part))
            end,
            0
        )::int as talk_seconds,
        case
            when folded.direction = 'internal' then 'internal'
            when folded.client_talk is not null then 'answered'
            when folded.direction = 'in' then 'missed'
            when folded.is_any_busy then 'busy'
            when folded.is_any_unanswered then 'not_reached'
            when folded.is_any_failed then 'failed'
            else 'not_reached'
        end as outcome,
        case
            when folded.direction <> 'in' or folded.client_talk is not null then null
            when folded.is_voicemail then 'voicemail'
            when folded.is_queued then 'abandoned_in_queue'
            when folded.is_person_rung and folded.are_all_busy then 'busy'
            when folded.is_person_rung and folded.are_all_failed then 'failed'
            when folded.is_person_rung then 'no_answer'
            when folded.is_ivr then 'ivr'
            when folded.is_announced then 'announcement_only'
            when folded.is_any_busy then 'busy'
            when folded.is_any_failed then 'failed'
            else 'no_answer'
        end as missed_reason,
        folded.is_person_rung,
        folded.is_transferred,
        false as is_deleted,
        folded.started_at,
        lower(case when folded.direction = 'internal' then folded.internal_talk else folded.client_talk end) as answered_at,
        folded.ended_at,
        folded.loaded_xid
    from folded
    left join pbx
        on pbx.source_type = folded.source_type
        and pbx.account_id = folded.account_id
    left join settings on true

    {% if is_incremental() -%}
    union all

    select
        this.call_id,
        this.source_type,
        this.account_id,
        this.call_key,
        this.crm_call_id,
        this.direction,
        this.client_number,
        this.country,
        this.line,
        this.queue,
        this.dialler,
        this.recording_id,
        this.legs,
        this.is_answered,
        this.talk_seconds,
        this.outcome,
        this.missed_reason,
        this.is_person_rung,
        this.is_transferred,
        true as is_deleted,
        this.started_at,
        this.answered_at,
        this.ended_at,
        gone.loaded_xid
    from gone
    inner join {{ this }} as this on this.call_id = gone.call_id
    {%- endif %}

)

select * from final
