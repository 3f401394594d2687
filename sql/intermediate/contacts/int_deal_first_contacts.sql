{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[{'columns': ['deal_id'], 'unique': true}, {'columns': ['loaded_xid']}]
) }}

-- One row per deal: when somebody first dialled, and when the client was first and last reached, since the deal exists. Its `loaded_xid` is never
-- below the deal's own: the facts of deals look here to know what changed.

with

{% if is_incremental() -%}
changed as (

    select deal_id, max(loaded_xid) as loaded_xid
    from (
        select deal_id, loaded_xid from {{ ref('int_deals') }}
        where {{ changed_since_last_build('loaded_xid') }}

        union all

        select deal_id, loaded_xid from {{ ref('int_deal_contacts') }}
        where {{ changed_since_last_build('loaded_xid') }}

        union all

        select previous_deal_id, loaded_xid from {{ ref('int_deal_contacts') }}
        where {{ changed_since_last_build('loaded_xid') }}
    ) as causes
    where deal_id is not null
    group by deal_id

),
{%- endif %}

deals as (

    select
        deals.deal_id,
        deals.created_at,
        {{ 'greatest(deals.loaded_xid, changed.loaded_xid)' if is_incremental() else 'deals.loaded_xid' }} as loaded_xid
    from {{ ref('int_deals') }} as deals
    {% if is_incremental() -%}
    inner join changed on changed.deal_id = deals.deal_id
    {%- endif %}

),

norms as (

    select first_contact_norm_seconds from {{ source('conf', 'contact_norms') }}
    limit 1

),

contacts as (

    select
        contacts.*,
        deals.created_at
    from {{ ref('int_deal_contacts') }} as contacts
    inner join deals on deals.deal_id = contacts.deal_id
    where
        not contacts.is_deleted
        and contacts.occurred_at >= deals.created_at
    {%- if is_incremental() %}
        and {{ is_among('contacts.deal_id', 'select deal_id from changed') }}
    {%- endif %}

),

firsts as (

    select
        deal_id,
        min(occurred_at) filter (where channel = 'call' and is_outgoing) as first_call_at,
        min(occurred_at) filter (where is_two_way) as first_contact_at,
        max(occurred_at) filter (where is_two_way) as last_contact_at,
        (array_agg(channel order by occurred_at, contact_id) filter (where is_two_way))[1] as first_contact_channel
    from contacts
    group by deal_id

),

timed as (

    select
        deals.deal_id,
        deals.created_at,
        firsts.first_call_at,
        firsts.first_contact_at,
        firsts.last_contact_at,
        firsts.first_contact_channel,
        extract(epoch from firsts.first_call_at - deals.created_at)::bigint as first_call_seconds,
        extract(epoch from firsts.first_contact_at - deals.created_at)::bigint as first_contact_seconds,
        deals.loaded_xid
    from deals
    left join firsts on firsts.deal_id = deals.deal_id

),

days as not materialized (

    select * from {{ ref('int_business_days') }}

),

measured as (

    select
        timed.*,
        {{ business_seconds('created', 'timed.created_at', 'called', 'timed.first_call_at') }} as first_call_business_seconds,
        {{ business_seconds('created', 'timed.created_at', 'contacted', 'timed.first_contact_at') }} as first_contact_business_seconds
    from timed
    left join days as created on created.day = {{ business_day('timed.created_at') }}
    left join days as called on called.day = {{ business_day('timed.first_call_at') }}
    left join days as contacted on contacted.day = {{ business_day('timed.first_contact_at') }}

),

final as (

    select
        timed.deal_id,
        timed.first_contact_channel,
        timed.first_call_seconds,
        timed.first_call_business_seconds,
        timed.first_contact_seconds,
        timed.first_contact_business_seconds,
        timed.first_contact_business_seconds <= norms.first_contact_norm_seconds as is_contacted_in_norm,
        timed.first_call_at,
        timed.first_contact_at,
        timed.last_contact_at,
        timed.loaded_xid
    from measured as timed
    left join norms on true

)

select * from final
