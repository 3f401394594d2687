{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[
        {'columns': ['deal_id']},
        {'columns': ['manager_id', 'occurred_at']},
        {'columns': ['loaded_xid']}
    ]
) }}

-- The milestones of deals that count on somebody's day. Where a deal counted before it changed stays on record (is_gone), so that those
-- days are summed anew.

with

changed_deals as (

    select deal_id, loaded_xid from {{ ref('int_deal_first_contacts') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

current_events as (

    select
        events.deal_id,
        events.client_id,
        events.owner_id as manager_id,
        events.event,
        events.amount,
        events.occurred_at,
        false as is_gone,
        changed_deals.loaded_xid
    from {{ ref('fct_deal_events') }} as events
    inner join changed_deals on changed_deals.deal_id = events.deal_id
    where
        events.event in ('created', 'won', 'lost')
        or (events.event = 'reached' and events.step = 'proposal' and not events.is_skipped)

),

former_events as (

    {% if is_incremental() -%}
    select distinct
        this.deal_id,
        null::text as client_id,
        this.manager_id,
        'gone' as event,
        null::numeric(18, 2) as amount,
        this.occurred_at,
        true as is_gone,
        changed_deals.loaded_xid
    from {{ this }} as this
    inner join changed_deals on changed_deals.deal_id = this.deal_id
    {%- else -%}
    select * from current_events
    where false
    {%- endif %}

),

final as (

    select
        *,
        null::text as previous_manager_id,
        null::timestamptz as previous_at
    from (
        select * from current_events
        union all
        select * from former_events
    ) as events

)

select * from final
{% if not is_incremental() -%}
-- A manager's day lies together on the disk: int_*_days sum a changed day anew, and found one row on each page.
order by manager_id, occurred_at
{%- endif %}
