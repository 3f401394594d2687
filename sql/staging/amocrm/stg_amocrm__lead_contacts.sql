with

leads as (

    select * from {{ source('amocrm', 'leads') }}

),

final as (

    select
        {{ entity_key('leads.account_id', 'leads.id') }} as deal_id,
        {{ entity_key('leads.account_id', "('contact:' || (contact ->> 'id'))") }} as client_id,
        leads.account_id,
        leads.id as deal_crm_id,
        contact ->> 'id' as contact_crm_id,
        coalesce((contact ->> 'is_main')::boolean, false) as is_main
    from leads
    cross join lateral jsonb_path_query(leads.payload, '$._embedded.contacts[*]') as contact

)

select * from final
