{{ config(
    materialized='incremental',
    unique_key='event_id',
    indexes=[{'columns': ['event_id'], 'unique': true}, {'columns': ['entity_id']}, {'columns': ['loaded_xid']}]
) }}

-- Events are never edited, so each is taken out of its payload once; everything that follows an entity through time reads
-- this table and not the raw one.

with

events as (

    select * from {{ ref('stg_amocrm__events') }}
    where
        {{ changed_since_last_build('loaded_xid') }}
        and type in (
            'lead_status_changed',
            'entity_responsible_changed',
            'sale_field_changed',
            'lead_added',
            'lead_deleted',
            'lead_restored',
            'task_completed',
            'entity_merged',
            'incoming_chat_message',
            'outgoing_chat_message'
        )

),

final as (

    select
        event_id,
        account_id,
        crm_id,
        entity_type,
        {{ entity_key('account_id', 'entity_crm_id') }} as entity_id,
        type,
        actor_id,
        case type
            when 'lead_status_changed' then 'stage'
            when 'entity_responsible_changed' then 'owner'
            when 'sale_field_changed' then 'price'
        end as attribute,
        case type
            when 'lead_status_changed'
                then account_id || ':' || (value_before #>> '{lead_status,pipeline_id}') || ':' || (value_before #>> '{lead_status,id}')
            when 'entity_responsible_changed'
                then account_id || ':' || (value_before #>> '{responsible_user,id}')
            when 'sale_field_changed'
                then coalesce(value_before #>> '{sale_field_value,sale}', '0')
        end as value_before,
        case type
            when 'lead_status_changed'
                then account_id || ':' || (value_after #>> '{lead_status,pipeline_id}') || ':' || (value_after #>> '{lead_status,id}')
            when 'entity_responsible_changed'
                then account_id || ':' || (value_after #>> '{responsible_user,id}')
            when 'sale_field_changed'
                then coalesce(value_after #>> '{sale_field_value,sale}', '0')
        end as value_after,
        created_at,
        loaded_xid
    from events

)

select * from final
