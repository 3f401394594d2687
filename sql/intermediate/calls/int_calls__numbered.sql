{{ config(
    materialized='incremental',
    unique_key='call_id',
    indexes=[
        {'columns': ['call_id'], 'unique': true},
        {'columns': ['client_hmac']},
        {'columns': ['loaded_xid']}
    ]
) }}

-- All calls, each once: those of the phone systems, and those the CRM alone knows, with the other side's number in its normal form. A
-- table: as a view it was read from end to end for the few numbers that an increment asks for.

with

numbers as (

    select * from {{ ref('int_phone_numbers') }}

),

own_numbers as (

    select * from {{ ref('int_calls__own_numbers') }}

),

of_systems as (

    select
        call_id,
        source_type,
        account_id,
        call_key,
        direction,
        client_number,
        country,
        line,
        queue,
        dialler,
        recording_id,
        legs,
        is_answered,
        talk_seconds,
        outcome,
        missed_reason,
        is_person_rung,
        is_transferred,
        is_deleted,
        null::text as crm_manager_id,
        null::text as crm_deal_id,
        null::text as crm_card_id,
        started_at,
        answered_at,
        ended_at,
        loaded_xid
    from {{ ref('int_calls__folded') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

-- Of calls that a phone system knows too, the CRM's row stays and is hidden.
of_crm as (

    select
        crm_calls.call_id,
        'amocrm' as source_type,
        crm_calls.account_id,
        crm_calls.call_key,
        crm_calls.direction,
        crm_calls.client_number,
        crm_calls.country,
        null::text as line,
        null::text as queue,
        null::text as dialler,
        null::text as recording_id,
        0 as legs,
        crm_calls.outcome = 'answered' as is_answered,
        crm_calls.talk_seconds,
        crm_calls.outcome,
        case when crm_calls.outcome = 'missed' then 'no_answer' end as missed_reason,
        crm_calls.outcome = 'missed' as is_person_rung,
        false as is_transferred,
        crm_calls.is_deleted or matches.call_id is not null as is_deleted,
        crm_calls.manager_id as crm_manager_id,
        crm_calls.deal_id as crm_deal_id,
        crm_calls.card_id as crm_card_id,
        crm_calls.started_at,
        case when crm_calls.outcome = 'answered' then crm_calls.started_at end as answered_at,
        crm_calls.ended_at,
        greatest(crm_calls.loaded_xid, matches.loaded_xid) as loaded_xid
    from {{ ref('int_calls__crm') }} as crm_calls
    left join {{ ref('int_calls__crm_matches') }} as matches on matches.crm_call_id = crm_calls.call_id
    where
        {{ changed_since_last_build('crm_calls.loaded_xid') }}
        or {{ changed_since_last_build('matches.loaded_xid') }}

),

combined as (

    select * from of_systems
    union all
    select * from of_crm

),

final as (

    select
        combined.*,
        numbers.e164 as client_e164,
        numbers.hmac as client_hmac,
        case when combined.client_number is null then 'no_number' else numbers.reason end as number_reason,
        own_numbers.hmac is not null as is_own_number,
        -- A leg that came late may have brought another number: the calls of the one before are looked at again, too.
        {% if is_incremental() -%}
        nullif(this.client_hmac, numbers.hmac) as previous_client_hmac
        {%- else -%}
        null::text as previous_client_hmac
        {%- endif %}
    from combined
    left join numbers
        on numbers.raw = combined.client_number
        and numbers.country = combined.country
    left join own_numbers on own_numbers.hmac = numbers.hmac
    {% if is_incremental() -%}
    left join {{ this }} as this on this.call_id = combined.call_id
    {%- endif %}

)

select * from final
