-- Calls as the CRM knows them: a telephony integration writes each as a note on a contact, a company or a deal.

with

notes as (

    select * from {{ source('amocrm', 'notes') }}
    where payload ->> 'note_type' in ('call_in', 'call_out')

),

final as (

    select
        {{ entity_key('notes.account_id', 'notes.id') }} as note_id,
        notes.account_id,
        notes.id as crm_id,
        coalesce(
            note.entity_type,
            case when notes.id like '%:%' then split_part(notes.id, ':', 1) end,
            substring(note._links #>> '{self,href}' from '/api/v4/([a-z]+)/')
        ) as entity_type,
        note.entity_id as entity_crm_id,
        case note.note_type when 'call_in' then 'in' else 'out' end as direction,
        nullif(note.params ->> 'uniq', '') as uniq,
        nullif(btrim(note.params ->> 'phone'), '') as phone,
        coalesce(substring(note.params ->> 'duration' from '^[0-9]{1,6}'), '0')::int as duration_seconds,
        -- 1 left a message, 2 call back later, 3 not there, 4 talked, 5 wrong number, 6 not reached, 7 busy.
        substring(note.params ->> 'call_status' from '^[0-9]$') as call_status,
        coalesce(note.params ->> 'link', '') <> '' as has_recording,
        {{ entity_key(
            'notes.account_id',
            "coalesce(nullif(substring(note.params ->> 'call_responsible' from '^[0-9]+$'), '0'), nullif(note.responsible_user_id, '0'), nullif(note.created_by, '0'))"
        ) }} as manager_id,
        notes.is_deleted,
        to_timestamp(note.created_at) as created_at,
        notes.loaded_xid
    from notes
    cross join lateral jsonb_to_record(notes.payload) as note (
        entity_type text,
        entity_id text,
        note_type text,
        created_by text,
        responsible_user_id text,
        created_at double precision,
        params jsonb,
        _links jsonb
    )

)

select * from final
