{{ config(
    materialized='incremental',
    unique_key='client_id',
    indexes=[{'columns': ['client_id']}, {'columns': ['deal_id'], 'unique': true}, {'columns': ['loaded_xid']}]
) }}

-- What clients bought, in order. A client whose last win has gone keeps one empty row.

with

settings as (

    select
        conf.time_zone,
        regulation.active_client_days
    from {{ source('conf', 'settings') }} as conf
    cross join {{ source('conf', 'regulation') }} as regulation
    limit 1

),

{% if is_incremental() -%}
changed_deals as (

    select contacts.deal_id, contacts.loaded_xid
    from {{ ref('int_deal_first_contacts') }} as contacts
    {{ taken_for_many() }}
    where {{ changed_since_last_build('contacts.loaded_xid') }}

),

-- By the array first, then joined: together, each row found would be looked for in the array once more.
touched as materialized (

    select deal_id, client_id from {{ ref('fct_deals') }}
    where {{ is_among('deal_id', 'select deal_id from changed_deals') }}

    union all

    select deal_id, client_id from {{ this }}
    where {{ is_among('deal_id', 'select deal_id from changed_deals') }}

),

causes as (

    select touched.client_id, changed_deals.loaded_xid
    from touched
    inner join changed_deals on changed_deals.deal_id = touched.deal_id

),

changed as (

    select client_id, max(loaded_xid) as cause_xid
    from causes
    where client_id is not null
    group by client_id

),

won_deals as (

    select deals.deal_id
    from {{ ref('fct_deals') }} as deals
    where
        {{ is_among('deals.client_id', 'select client_id from changed') }}
        and deals.is_won

),
{%- endif %}

wins as (

    select
        events.deal_id,
        events.client_id,
        events.owner_id as manager_id,
        events.pipeline_id,
        events.amount,
        events.occurred_at,
        (events.occurred_at at time zone settings.time_zone)::date as day,
        {{ 'changed.cause_xid' if is_incremental() else 'contacts.loaded_xid' }} as loaded_xid
    from {{ ref('fct_deal_events') }} as events
    cross join settings
    {% if is_incremental() -%}
    inner join changed on changed.client_id = events.client_id
    {%- else -%}
    inner join {{ ref('int_deal_first_contacts') }} as contacts on contacts.deal_id = events.deal_id
    {%- endif %}
    where
        events.event = 'won'
        and events.client_id is not null
    {%- if is_incremental() %}
        and {{ is_among('events.deal_id', 'select deal_id from won_deals') }}
    {%- endif %}

),

ordered as (

    select
        wins.*,
        row_number() over client as win_no,
        lead(wins.day) over client as next_day,
        lag(wins.day) over client as previous_day
    from wins
    window client as (partition by wins.client_id order by wins.occurred_at, wins.deal_id)

),

final as (

    select
        ordered.deal_id,
        {{ 'changed' if is_incremental() else 'ordered' }}.client_id,
        ordered.manager_id,
        ordered.pipeline_id,

        ordered.win_no,
        ordered.amount,

        ordered.win_no = 1 as is_first,
        -- The client was not active any more when it bought again.
        coalesce(ordered.day > ordered.previous_day + settings.active_client_days, false) as is_return,

        ordered.occurred_at,
        ordered.day,
        ordered.next_day,
        ordered.day + settings.active_client_days as lapse_day,
        {{ 'changed.cause_xid' if is_incremental() else 'ordered.loaded_xid' }} as loaded_xid
    {% if is_incremental() -%}
    from changed
    left join ordered on ordered.client_id = changed.client_id
    {%- else -%}
    from ordered
    {%- endif %}
    cross join settings

)

select * from final
