{{ config(meta={'rows_of': ['amocrm.contacts']}) }}

with

contacts as (

    select * from {{ source('amocrm', 'contacts') }}

),

final as (

    select
        {{ entity_key('contacts.account_id', "('contact:' || contacts.id)") }} as client_id,
        contacts.account_id,
        contacts.id as crm_id,
        {{ entity_key('contacts.account_id', "('company:' || (card._embedded #>> '{companies,0,id}'))") }} as company_client_id,
        card.name,
        {{ entity_key('contacts.account_id', 'card.responsible_user_id') }} as owner_id,
        contacts.is_deleted,
        to_timestamp(card.created_at) as created_at,
        contacts.source_updated_at as updated_at,
        contacts.loaded_xid
    from contacts
    cross join lateral jsonb_to_record(contacts.payload) as card (
        name text,
        responsible_user_id text,
        created_at double precision,
        _embedded jsonb
    )

)

select * from final
