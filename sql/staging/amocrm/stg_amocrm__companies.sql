{{ config(meta={'rows_of': ['amocrm.companies']}) }}

with

companies as (

    select * from {{ source('amocrm', 'companies') }}

),

final as (

    select
        {{ entity_key('companies.account_id', "('company:' || companies.id)") }} as client_id,
        companies.account_id,
        companies.id as crm_id,
        card.name,
        {{ entity_key('companies.account_id', 'card.responsible_user_id') }} as owner_id,
        companies.is_deleted,
        to_timestamp(card.created_at) as created_at,
        companies.source_updated_at as updated_at,
        companies.loaded_xid
    from companies
    cross join lateral jsonb_to_record(companies.payload) as card (
        name text,
        responsible_user_id text,
        created_at double precision,
        _embedded jsonb
    )

)

select * from final
