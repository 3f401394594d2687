with

notes as (

    select * from {{ source('amocrm', 'notes') }}

),

final as (

    select
        {{ entity_key('notes.account_id', 'notes.id') }} as note_id,
        notes.account_id,
        notes.id as crm_id,
        -- A note does not say what it is attached to; the list it was read from does, and that stands in its link.
        coalesce(
            note.entity_type,
            case when notes.id like '%:%' then split_part(notes.id, ':', 1) end,
            substring(note._links #>> '{self,href}' from '/api/v4/([a-z]+)/')
        ) as entity_type,
        note.entity_id as entity_crm_id,
        note.note_type,
        {{ entity_key('notes.account_id', 'note.created_by') }} as actor_id,
        {{ entity_key(
            'notes.account_id',
            "substring(note.params ->> 'call_responsible' from '^[0-9]+$')"
        ) }} as call_responsible_id,
        note.params ->> 'income' = 'true' as is_incoming_mail,
        notes.is_deleted,
        to_timestamp(note.created_at) as created_at,
        notes.loaded_xid
    from notes
    cross join lateral jsonb_to_record(notes.payload) as note (
        entity_type text,
        entity_id text,
        note_type text,
        created_by text,
        created_at double precision,
        params jsonb,
        _links jsonb
    )

)

select * from final
