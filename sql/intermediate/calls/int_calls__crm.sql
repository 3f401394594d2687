{{ config(
    materialized='incremental',
    unique_key='call_id',
    indexes=[
        {'columns': ['call_id'], 'unique': true},
        {'columns': ['client_number']},
        {'columns': ['uniq']},
        {'columns': ['card_id']},
        {'columns': ['deal_id']},
        {'columns': ['loaded_xid']}
    ]
) }}

-- Calls as the CRM knows them, from its call notes: notes of one `uniq` (a call may be noted on a contact and on a deal) are one call.

with

{% if is_incremental() -%}
changed as (

    select distinct account_id, coalesce(uniq, 'note ' || crm_id) as call_key
    from {{ ref('stg_amocrm__call_notes') }}
    where {{ changed_since_last_build('loaded_xid') }}

),
{%- endif %}

notes as (

    select
        notes.*,
        coalesce(notes.uniq, 'note ' || notes.crm_id) as call_key
    from {{ ref('stg_amocrm__call_notes') }} as notes
    {% if is_incremental() -%}
    where exists (
        select from changed
        where changed.account_id = notes.account_id and changed.call_key = coalesce(notes.uniq, 'note ' || notes.crm_id)
    )
    {%- endif %}

),

settings as (

    select country from {{ source('conf', 'settings') }}
    limit 1

),

folded as (

    select
        'amocrm:' || account_id || ':' || call_key as call_id,
        account_id,
        call_key,
        min(uniq) as uniq,
        min(direction) as direction,
        (array_agg(phone order by created_at, note_id) filter (where phone is not null))[1] as client_number,
        (array_agg(manager_id order by created_at, note_id) filter (where manager_id is not null))[1] as manager_id,
        (array_agg(entity_crm_id order by created_at, note_id) filter (where entity_type = 'leads'))[1] as lead_crm_id,
        (array_agg(entity_crm_id order by created_at, note_id) filter (where entity_type = 'contacts'))[1] as contact_crm_id,
        (array_agg(entity_crm_id order by created_at, note_id) filter (where entity_type = 'companies'))[1] as company_crm_id,
        max(case when call_status in ('3', '6', '7') then 0 else duration_seconds end) as talk_seconds,
        bool_or(call_status = '7') as is_busy,
        bool_or(has_recording) as has_recording,
        bool_and(is_deleted) as is_deleted,
        min(created_at) as created_at,
        max(loaded_xid) as loaded_xid
    from notes
    group by account_id, call_key

),

final as (

    select
        folded.call_id,
        folded.account_id,
        folded.call_key,
        folded.uniq,
        folded.direction,
        folded.client_number,
        coalesce(settings.country, '') as country,
        folded.manager_id,
        {{ entity_key('folded.account_id', 'folded.lead_crm_id') }} as deal_id,
        coalesce(
            {{ entity_key('folded.account_id', "('contact:' || folded.contact_crm_id)") }},
            {{ entity_key('folded.account_id', "('company:' || folded.company_crm_id)") }}
        ) as card_id,
        folded.talk_seconds,
        case
            when folded.talk_seconds > 0 then 'answered'
            when folded.direction = 'in' then 'missed'
            when folded.is_busy then 'busy'
            else 'not_reached'
        end as outcome,
        folded.has_recording,
        folded.is_deleted,
        -- amoCRM dates a note by when it was written, which integrations do when the call ends or begins.
        folded.created_at as started_at,
        folded.created_at + make_interval(secs => folded.talk_seconds) as ended_at,
        folded.loaded_xid
    from folded
    left join settings on true

)

select * from final
