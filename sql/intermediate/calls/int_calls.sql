{{ config(
    materialized='incremental',
    unique_key='call_id',
    indexes=[
        {'columns': ['call_id'], 'unique': true},
        {'columns': ['started_at']},
        {'columns': ['client_hmac', 'started_at']},
        {'columns': ['client_id']},
        {'columns': ['contact_client_id']},
        {'columns': ['deal_id']},
        {'columns': ['manager_id', 'started_at']},
        {'columns': ['loaded_xid']}
    ],
    pre_hook="set local work_mem = '256MB'",
    meta={'bookkeeping': ['previous_deal_id', 'previous_manager_id', 'previous_client_id', 'previous_at', 'loaded_xid']}
) }}

-- Calls with who was on them: ours (a manager), theirs (a client, and the deal open at that moment), and what became of a missed one.
-- Calls that are gone, or that a phone system knows better than the CRM, stay with is_deleted.

with

{% if is_incremental() -%}
changed_cards as (

    select card_id, client_id, identity_hmac, loaded_xid from {{ ref('int_identities') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

changed_deals as (

    select deal_id, card_id, created_at, loaded_xid from {{ ref('int_deal_cards') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

-- When a changed deal was open, for each number or address of its cards: then it may be what somebody talked about.
changed_times as (

    {{ open_times('changed_deals') }}

),

causes as (

    select call_id, loaded_xid from {{ ref('int_calls__numbered') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union all

    select call_id, loaded_xid from {{ ref('int_calls__persons') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union all

    select call_id, loaded_xid from {{ ref('int_calls__returns') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union all

    select matched.call_id, matches.loaded_xid
    from {{ ref('int_calls__crm_matches') }} as matches
    cross join lateral (values (matches.call_id), (matches.previous_call_id)) as matched (call_id)
    where
        {{ changed_since_last_build('matches.loaded_xid') }}
        and matched.call_id is not null

    -- A card was given a number, or lost one; a deal was opened, closed, moved to another card: it may take the calls while it is open, and
    -- lose those it has.
    union all

    select calls.call_id, changed_cards.loaded_xid
    from {{ this }} as calls
    inner join changed_cards on changed_cards.identity_hmac = calls.client_hmac

    union all

    select calls.call_id, changed_cards.loaded_xid
    from {{ this }} as calls
    inner join changed_cards on changed_cards.card_id = calls.contact_client_id

    union all

    select calls.call_id, changed_cards.loaded_xid
    from {{ this }} as calls
    inner join changed_cards on changed_cards.card_id = calls.client_id

    union all

    select calls.call_id, changed_times.loaded_xid
    from changed_times
    -- Times first (`offset` keeps it so): else all the calls that the clients ever had are read to be thrown away.
    cross join lateral (
        select known.call_id
        from {{ this }} as known
        where
            known.client_hmac = changed_times.identity_hmac
            and known.started_at >= changed_times.opened_at
            and known.started_at < changed_times.closed_at
        offset 0
    ) as calls

    union all

    select calls.call_id, changed_deals.loaded_xid
    from {{ this }} as calls
    inner join changed_deals on changed_deals.deal_id = calls.deal_id

    -- The card or the deal that the CRM's note names came after the note, or changed.
    union all

    select noted_calls.call_id, named.loaded_xid
    from (
        select client_id as named_id, loaded_xid from {{ ref('int_clients') }}
        where {{ changed_since_last_build('loaded_xid') }}
        union all
        select deal_id, loaded_xid from {{ ref('int_deals') }}
        where {{ changed_since_last_build('loaded_xid') }}
    ) as named
    inner join {{ ref('int_calls__crm') }} as crm_calls on named.named_id in (crm_calls.card_id, crm_calls.deal_id)
    left join {{ ref('int_calls__crm_matches') }} as matches on matches.crm_call_id = crm_calls.call_id
    cross join lateral (values (crm_calls.call_id), (matches.call_id)) as noted_calls (call_id)
    where noted_calls.call_id is not null

),

changed as (

    select call_id, max(loaded_xid) as cause_xid
    from causes
    group by call_id

),
{%- endif %}

calls as (

    select
        calls.*
        {%- if is_incremental() %},
        changed.cause_xid
        {%- endif %}
    from {{ ref('int_calls__numbered') }} as calls
    {% if is_incremental() -%}
    inner join changed on changed.call_id = calls.call_id
    {%- endif %}

),

persons as (

    select
        persons.call_id,
        (array_agg(persons.manager_id order by persons.talk_seconds desc, persons.is_dialler desc, persons.answered_at, persons.person))[1]
            as talker_id,
        (array_agg(persons.person order by persons.talk_seconds desc, persons.is_dialler desc, persons.answered_at, persons.person))[1]
            as talker,
        count(*) filter (where not persons.is_dialler)::int as persons_rung,
        array_agg(distinct persons.manager_id order by persons.manager_id) filter (
            where not persons.is_dialler and persons.manager_id is not null
        ) as rung_manager_ids
    from {{ ref('int_calls__persons') }} as persons
    {% if is_incremental() -%}
    inner join changed on changed.call_id = persons.call_id
    {%- endif %}
    where not persons.is_deleted
    group by persons.call_id

),

-- What the CRM's own note of a call adds: whom it was with, and who answers for it.
noted as (

    select distinct on (matches.call_id)
        matches.call_id,
        crm_calls.manager_id,
        crm_calls.deal_id,
        crm_calls.card_id
    from {{ ref('int_calls__crm_matches') }} as matches
    inner join {{ ref('int_calls__crm') }} as crm_calls on crm_calls.call_id = matches.crm_call_id
    {% if is_incremental() -%}
    inner join changed on changed.call_id = matches.call_id
    {%- endif %}
    where
        matches.call_id is not null
        and not crm_calls.is_deleted
    order by matches.call_id, crm_calls.deal_id is null, crm_calls.card_id is null, crm_calls.call_id

),

events as (

    select
        call_id,
        'phone' as identity_kind,
        client_hmac as identity_hmac,
        started_at as occurred_at
    from calls
    where
        client_hmac is not null
        and direction <> 'internal'
        and not is_own_number
        and not is_deleted

),

known as (

    {{ deal_of_the_moment('events', 'call_id') }}

),

clients as (

    select client_id, company_client_id from {{ ref('int_clients') }}

),

deals as (

    select deal_id, client_id from {{ ref('int_deals') }}

),

returns as (

    select * from {{ ref('int_calls__returns') }}

),

days as not materialized (

    select * from {{ ref('int_business_days') }}

),

extensions as (

    select * from {{ ref('int_manager_extensions') }}

),

joined as (

    select
        calls.*,
        case when calls.is_own_number then 'internal' else calls.direction end as final_direction,
        case when calls.is_own_number then 'internal' else calls.outcome end as final_outcome,
        case when calls.direction = 'internal' then extensions.manager_id else persons.talker_id end as talker_id,
        case when calls.direction = 'internal' then calls.dialler else persons.talker end as talker,
        coalesce(persons.persons_rung, 0) as persons_rung,
        coalesce(persons.rung_manager_ids, '{}') as rung_manager_ids,
        coalesce(calls.crm_manager_id, noted.manager_id) as noted_manager_id,
        coalesce(known.client_id, noted_deals.client_id, noted_cards.company_client_id, noted_cards.client_id) as client_id,
        coalesce(
            known.contact_client_id,
            case when noted_cards.client_id like '%:contact:%' then noted_cards.client_id end
        ) as contact_client_id,
        coalesce(known.deal_id, noted_deals.deal_id) as deal_id,
        {{ 'greatest(calls.loaded_xid, calls.cause_xid)' if is_incremental() else 'calls.loaded_xid' }} as final_xid
    from calls
    left join persons on persons.call_id = calls.call_id
    left join extensions
        on extensions.source_type = calls.source_type
        and extensions.account_id = calls.account_id
        and extensions.extension = calls.dialler
        and extensions.valid_from <= calls.started_at
        and extensions.valid_to > calls.started_at
    left join noted on noted.call_id = calls.call_id
    left join known on known.call_id = calls.call_id
    left join deals as noted_deals on noted_deals.deal_id = coalesce(calls.crm_deal_id, noted.deal_id)
    left join clients as noted_cards on noted_cards.client_id = coalesce(calls.crm_card_id, noted.card_id)

),

final as (

    select
        joined.call_id,
        joined.source_type,
        joined.account_id,
        joined.call_key,
        case
            when joined.final_outcome = 'missed' and cardinality(joined.rung_manager_ids) = 1 then joined.rung_manager_ids[1]
            when joined.final_outcome = 'missed' and joined.persons_rung > 0 then null
            else coalesce(joined.talker_id, joined.noted_manager_id)
        end as manager_id,
        joined.rung_manager_ids,
        joined.client_id,
        joined.contact_client_id,
        joined.deal_id,
        {% if is_incremental() -%}
        nullif(this.deal_id, joined.deal_id) as previous_deal_id,
        {%- else -%}
        null::text as previous_deal_id,
        {%- endif %}
        {{ as_it_was('started_at') }}
        joined.client_number,
        joined.client_e164,
        joined.client_hmac,
        joined.line,
        joined.queue,
        joined.recording_id,

        joined.final_direction as direction,
        joined.final_outcome as outcome,
        case
            when joined.final_outcome <> 'missed' then null
            when joined.missed_reason = 'no_answer' and not joined.is_person_rung and {{ is_after_hours('began', 'joined.started_at') }} then 'after_hours'
            else joined.missed_reason
        end as missed_reason,
        case when joined.final_outcome = 'missed' then returns.returned_by end as returned_by,
        case
            when joined.is_own_number then 'company_number'
            when joined.final_direction = 'internal' or joined.client_id is not null then null
            when joined.client_hmac is null then joined.number_reason
            else 'not_in_crm'
        end as unmatched_reason,
        case
            when joined.talker is not null and joined.talker_id is null and joined.noted_manager_id is null then joined.talker
        end as unmatched_person,

        joined.legs,
        joined.persons_rung,
        extract(epoch from coalesce(joined.answered_at, joined.ended_at) - joined.started_at)::int as wait_seconds,
        joined.talk_seconds,
        case when joined.final_outcome = 'missed' then returns.callback_seconds end as callback_seconds,
        case
            when joined.final_outcome = 'missed' and returns.returned_at is not null
                then greatest({{ business_seconds('ended', 'joined.ended_at', 'returned', 'returns.returned_at') }}, 0)
        end as callback_business_seconds,
        -- Business seconds from the first day of the calendar to the end: how long a call waits for its return is told against now.
        ({{ business_clock('ended', 'joined.ended_at') }})::bigint as ended_business_clock,

        joined.is_answered,
        {{ is_after_hours('began', 'joined.started_at') }} as is_after_hours,
        joined.is_transferred,
        joined.is_deleted,

        joined.started_at,
        joined.answered_at,
        joined.ended_at,
        case when joined.final_outcome = 'missed' then returns.returned_at end as returned_at,
        joined.final_xid as loaded_xid
    from joined
    left join returns on returns.call_id = joined.call_id
    left join days as began on began.day = {{ business_day('joined.started_at') }}
    left join days as ended on ended.day = {{ business_day('joined.ended_at') }}
    left join days as returned on returned.day = {{ business_day('returns.returned_at') }}
    {% if is_incremental() -%}
    left join {{ this }} as this on this.call_id = joined.call_id
    {%- endif %}

)

select * from final
