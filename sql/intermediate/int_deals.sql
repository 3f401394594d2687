{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[
        {'columns': ['deal_id'], 'unique': true},
        {'columns': ['created_by_id']},
        {'columns': ['deleted_by_id']},
        {'columns': ['loaded_xid']}
    ]
) }}

-- One row per deal as the CRM last showed it. `loaded_xid` is the newest of everything the deal's facts are made from (its
-- versions, its events, the configuration), so the models after this one need to look here only to know what changed.

with

{% if is_incremental() -%}
changed as (

    select account_id, crm_id from {{ ref('stg_amocrm__leads') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union

    select account_id, split_part(entity_id, ':', 2) from {{ ref('int_entity_events') }}
    where
        entity_type = 'lead'
        and {{ changed_since_last_build('loaded_xid') }}

    union

    -- A version that came late is filed in the past at once; one that was superseded now keeps its old loaded_xid.
    select account_id, crm_id from {{ ref('stg_amocrm__lead_past_versions') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union

    -- The card it hangs on was merged into another one, or is back.
    select deals.account_id, deals.crm_id
    from {{ this }} as deals
    inner join {{ ref('int_client_survivors') }} as survivors
        on survivors.client_id = coalesce(deals.company_client_id, deals.contact_client_id)
    where {{ changed_since_last_build('survivors.loaded_xid') }}

    union

    select deals.account_id, deals.crm_id
    from {{ this }} as deals
    inner join {{ ref('int_clients') }} as cards on cards.client_id = coalesce(deals.company_client_id, deals.contact_client_id)
    where
        deals.client_id <> cards.client_id
        and {{ changed_since_last_build('cards.loaded_xid') }}

    union

    select deals.account_id, deals.crm_id
    from {{ this }} as deals
    where (select {{ changed_since_last_build('changed_xid') }} from {{ ref('int_funnel_config') }})

    union

    select deals.account_id, deals.crm_id
    from {{ this }} as deals
    cross join {{ source('conf', 'settings') }} as settings
    where
        (select {{ changed_since_last_build('rates_xid') }} from {{ ref('int_funnel_config') }})
        and deals.currency <> settings.currency

),
{%- endif %}

leads as (

    select leads.* from {{ ref('stg_amocrm__leads') }} as leads
    {% if is_incremental() -%}
    inner join changed
        on changed.account_id = leads.account_id
        and changed.crm_id = leads.crm_id
    where
        {{ is_among('leads.account_id', 'select distinct account_id from changed') }}
        and {{ is_among('leads.crm_id', 'select crm_id from changed') }}
    {%- endif %}

),

past_versions as (

    select
        past_versions.deal_id,
        past_versions.loaded_xid
    from {{ ref('stg_amocrm__lead_past_versions') }} as past_versions
    {% if is_incremental() -%}
    inner join changed
        on changed.account_id = past_versions.account_id
        and changed.crm_id = past_versions.crm_id
    where
        {{ is_among('past_versions.account_id', 'select distinct account_id from changed') }}
        and {{ is_among('past_versions.crm_id', 'select crm_id from changed') }}
    {%- endif %}

),

events as (

    select events.* from {{ ref('int_entity_events') }} as events
    where
        events.entity_type = 'lead'
    {%- if is_incremental() %}
        and {{ is_among('events.entity_id', 'select ' ~ entity_key('account_id', 'crm_id') ~ ' from changed') }}
    {%- endif %}

),

settings as (

    select * from {{ source('conf', 'settings') }}
    limit 1

),

funnel_config as (

    select * from {{ ref('int_funnel_config') }}

),

event_summaries as (

    select
        events.entity_id as deal_id,
        min(events.account_id) as account_id,
        max(events.loaded_xid) as loaded_xid,
        min(events.created_at) as first_event_at,
        max(events.created_at) filter (where events.type = 'lead_deleted') as last_deleted_at
    from events
    group by events.entity_id

),

past_summaries as (

    select
        past_versions.deal_id,
        max(past_versions.loaded_xid) as loaded_xid
    from past_versions
    group by past_versions.deal_id

),

-- The last word on whether the deal lies in the recycle bin.
deletions as (

    select distinct on (events.entity_id)
        events.entity_id as deal_id,
        events.type = 'lead_deleted' as is_deleted,
        events.actor_id,
        events.created_at
    from events
    where events.type in ('lead_deleted', 'lead_restored')
    order by events.entity_id, events.created_at desc, events.crm_id desc

),

accounts as (

    select account_id, upper(btrim(currency)) as currency from {{ ref('stg_amocrm__account') }}

),

seen_in_leads as (

    select
        leads.deal_id,
        leads.account_id,
        leads.crm_id,
        leads.name,
        coalesce(survivors.survivor_client_id, leads.company_client_id, leads.contact_client_id) as client_id,
        leads.company_client_id,
        leads.contact_client_id,
        leads.pipeline_id,
        leads.stage_id,
        leads.owner_id,
        leads.created_by_id,
        leads.loss_reason_id,
        coalesce(
            case
                when settings.lead_source_field is null then leads.source_name
                else {{ custom_field('leads.custom_fields', 'settings.lead_source_field') }}
            end,
            'unknown'
        ) as source,
        coalesce(
            upper(btrim({{ custom_field('leads.custom_fields', 'settings.deal_currency_field') }})),
            accounts.currency,
            settings.currency
        ) as currency,
        leads.amount,
        leads.is_closed,
        -- Who spoke last counts: the list of leads or the log of deletions; at the same second the log, which has an order.
        case
            when deletions.deal_id is null then leads.is_deleted
            when leads.is_deleted then
                deletions.is_deleted or deletions.created_at < coalesce(leads.deleted_at, leads.updated_at)
            else deletions.is_deleted and deletions.created_at >= coalesce(leads.source_updated_at, leads.updated_at)
        end as is_deleted,
        true as is_seen_in_leads,
        coalesce(
            leads.created_at,
            event_summaries.first_event_at,
            leads.deleted_at,
            leads.updated_at,
            leads.seen_at
        ) as created_at,
        coalesce(leads.updated_at, leads.created_at, leads.seen_at) as updated_at,
        leads.closed_at,
        coalesce(
            case when deletions.is_deleted then deletions.created_at end,
            leads.deleted_at,
            leads.updated_at,
            leads.seen_at
        ) as deleted_at,
        case when deletions.is_deleted then deletions.actor_id end as deleted_by_id,
        greatest(
            leads.loaded_xid,
            event_summaries.loaded_xid,
            past_summaries.loaded_xid,
            funnel_config.changed_xid,
            survivors.loaded_xid,
            {% if is_incremental() -%}
            cards.loaded_xid,
            {%- endif %}
            -- What its amount is in the reporting currency depends on rates.
            case
                when settings.deal_currency_field is not null or accounts.currency <> settings.currency
                    then funnel_config.rates_xid
            end
        ) as loaded_xid
    from leads
    left join event_summaries on event_summaries.deal_id = leads.deal_id
    left join past_summaries on past_summaries.deal_id = leads.deal_id
    left join deletions on deletions.deal_id = leads.deal_id
    left join settings on true
    left join accounts on accounts.account_id = leads.account_id
    left join {{ ref('int_client_survivors') }} as survivors
        on survivors.client_id = coalesce(leads.company_client_id, leads.contact_client_id)
    {% if is_incremental() -%}
    left join {{ ref('int_clients') }} as cards on cards.client_id = coalesce(leads.company_client_id, leads.contact_client_id)
    {%- endif %}
    left join funnel_config on true

),

-- A deal that was thrown out of the recycle bin before the first sync is known by its events only.
seen_in_events as (

    select
        event_summaries.deal_id,
        event_summaries.account_id,
        split_part(event_summaries.deal_id, ':', 2) as crm_id,
        null::text as name,
        null::text as client_id,
        null::text as company_client_id,
        null::text as contact_client_id,
        null::text as pipeline_id,
        null::text as stage_id,
        null::text as owner_id,
        null::text as created_by_id,
        null::text as loss_reason_id,
        'unknown' as source,
        null::text as currency,
        null::numeric as amount,
        false as is_closed,
        true as is_deleted,
        false as is_seen_in_leads,
        event_summaries.first_event_at as created_at,
        null::timestamptz as updated_at,
        null::timestamptz as closed_at,
        event_summaries.last_deleted_at as deleted_at,
        case when deletions.is_deleted then deletions.actor_id end as deleted_by_id,
        greatest(event_summaries.loaded_xid, funnel_config.changed_xid) as loaded_xid
    from event_summaries
    inner join deletions on deletions.deal_id = event_summaries.deal_id
    left join leads on leads.deal_id = event_summaries.deal_id
    left join funnel_config on true
    where
        event_summaries.last_deleted_at is not null
        and leads.deal_id is null

),

combined as (

    select * from seen_in_leads
    union all
    select * from seen_in_events

),

final as (

    select
        deal_id,
        account_id,
        crm_id,
        name,
        client_id,
        company_client_id,
        contact_client_id,
        pipeline_id,
        stage_id,
        owner_id,
        created_by_id,
        loss_reason_id,
        source,
        currency,
        amount,
        is_closed,
        is_deleted,
        is_seen_in_leads,
        created_at,
        updated_at,
        closed_at,
        case when is_deleted then deleted_at end as deleted_at,
        case when is_deleted then deleted_by_id end as deleted_by_id,
        loaded_xid
    from combined

)

select * from final
