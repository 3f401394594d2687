{{ config(
    materialized='incremental',
    unique_key='crm_call_id',
    indexes=[{'columns': ['crm_call_id'], 'unique': true}, {'columns': ['call_id']}, {'columns': ['loaded_xid']}]
) }}

-- Which call of a phone system a call of the CRM is: the one with the id that the integration wrote into the note, else, with the same
-- number and the same way, the one whose time the note's moment falls into (two minutes before it began to ten after it ended), the
-- nearest. A call of the CRM that is nobody's has a null: it then counts by itself.

with

crm_calls as (

    select
        crm_calls.*,
        numbers.hmac
    from {{ ref('int_calls__crm') }} as crm_calls
    left join {{ ref('int_phone_numbers') }} as numbers
        on numbers.raw = crm_calls.client_number
        and numbers.country = crm_calls.country

),

{% if is_incremental() -%}
new_calls as (

    select
        calls.call_id,
        calls.crm_call_id,
        calls.loaded_xid,
        numbers.hmac
    from {{ ref('int_calls__folded') }} as calls
    left join {{ ref('int_phone_numbers') }} as numbers
        on numbers.raw = calls.client_number
        and numbers.country = calls.country
    where {{ changed_since_last_build('calls.loaded_xid') }}

),

-- Calls of the CRM to look at again, by a call that is new: of its number, or named by it.
same_numbers as (

    select distinct raw, country, new_calls.loaded_xid
    from {{ ref('int_phone_numbers') }} as numbers
    inner join new_calls on new_calls.hmac = numbers.hmac

),

changed as (

    select crm_call_id, max(loaded_xid) as loaded_xid
    from (
        select call_id as crm_call_id, loaded_xid from {{ ref('int_calls__crm') }}
        where {{ changed_since_last_build('loaded_xid') }}

        union all

        select crm_calls.call_id, new_calls.loaded_xid
        from {{ ref('int_calls__crm') }} as crm_calls
        inner join new_calls on new_calls.crm_call_id = crm_calls.uniq

        union all

        select crm_calls.call_id, same_numbers.loaded_xid
        from {{ ref('int_calls__crm') }} as crm_calls
        inner join same_numbers
            on same_numbers.raw = crm_calls.client_number
            and same_numbers.country = crm_calls.country
    ) as causes
    group by crm_call_id

),
{%- endif %}

asked as (

    select
        crm_calls.*
        {%- if is_incremental() %},
        changed.loaded_xid as cause_xid
        {%- else %},
        crm_calls.loaded_xid as cause_xid
        {%- endif %}
    from crm_calls
    {% if is_incremental() -%}
    inner join changed on changed.crm_call_id = crm_calls.call_id
    {%- endif %}

),

by_name as (

    select
        asked.call_id as crm_call_id,
        calls.call_id,
        0 as distance
    from asked
    inner join {{ ref('int_calls__folded') }} as calls on calls.crm_call_id = asked.uniq
    where not calls.is_deleted

),

by_number as (

    select
        asked.call_id as crm_call_id,
        calls.call_id,
        1 + least(
            abs(extract(epoch from asked.started_at - calls.started_at)),
            abs(extract(epoch from asked.started_at - calls.ended_at))
        )::int as distance
    from asked
    inner join {{ ref('int_phone_numbers') }} as numbers on numbers.hmac = asked.hmac
    inner join {{ ref('int_calls__folded') }} as calls
        on calls.client_number = numbers.raw
        and calls.country = numbers.country
        and calls.direction = asked.direction
        and calls.started_at <= asked.started_at + interval '2 minutes'
        and calls.ended_at >= asked.started_at - interval '10 minutes'
    where not calls.is_deleted

),

matches as (

    select distinct on (crm_call_id) *
    from (
        select * from by_name
        union all
        select * from by_number
    ) as candidates
    order by crm_call_id, distance, call_id

),

final as (

    select
        asked.call_id as crm_call_id,
        matches.call_id,
        {% if is_incremental() -%}
        nullif(previous.call_id, matches.call_id) as previous_call_id,
        {%- else -%}
        null::text as previous_call_id,
        {%- endif %}
        greatest(asked.loaded_xid, asked.cause_xid) as loaded_xid
    from asked
    left join matches on matches.crm_call_id = asked.call_id
    {% if is_incremental() -%}
    left join {{ this }} as previous on previous.crm_call_id = asked.call_id
    {%- endif %}

)

select * from final
