{{ config(
    materialized='incremental',
    unique_key='call_id',
    indexes=[{'columns': ['call_id'], 'unique': true}, {'columns': ['loaded_xid']}],
    pre_hook="set local work_mem = '256MB'"
) }}

-- When a missed call was returned: the first later call with its number that was ours to them, whether or not they picked up, or
-- theirs to us that was answered. All calls of a number are looked at again when one of them is new.

with

{% if is_incremental() -%}
changed as (

    select named.client_hmac, max(calls.loaded_xid) as loaded_xid
    from {{ ref('int_calls__numbered') }} as calls
    cross join lateral (values (calls.client_hmac), (calls.previous_client_hmac)) as named (client_hmac)
    where
        {{ changed_since_last_build('calls.loaded_xid') }}
        and named.client_hmac is not null
    group by named.client_hmac

),
{%- endif %}

calls as (

    select
        calls.call_id,
        calls.client_hmac,
        calls.direction = 'in' and not calls.is_answered as is_missed,
        calls.direction = 'out' or calls.is_answered as is_return,
        calls.direction,
        calls.started_at,
        calls.ended_at,
        {{ 'greatest(calls.loaded_xid, changed.loaded_xid)' if is_incremental() else 'calls.loaded_xid' }} as loaded_xid
    from {{ ref('int_calls__numbered') }} as calls
    {% if is_incremental() -%}
    inner join changed on changed.client_hmac = calls.client_hmac
    {%- endif %}
    where
        not calls.is_deleted
        and not calls.is_own_number
        and calls.direction <> 'internal'
        and calls.client_hmac is not null

),

followed as (

    select
        *,
        min(case when is_return then started_at end) over later as returned_at,
        -- The direction of that call: the moment is in front, so the least pair is the earliest call.
        min(case when is_return then array[extract(epoch from started_at), (direction = 'in')::int] end) over later as first_return
    from calls
    window later as (
        partition by client_hmac
        order by started_at desc, call_id desc
        rows between unbounded preceding and 1 preceding
    )

),

final as (

    select
        call_id,
        returned_at,
        case when returned_at is null then null when first_return[2] = 0 then 'us' else 'client' end as returned_by,
        case when returned_at is not null then greatest(extract(epoch from returned_at - ended_at), 0)::int end as callback_seconds,
        loaded_xid
    from followed
    where is_missed

)

select * from final
