with

leads as (

    select * from {{ source('amocrm', 'leads') }}

),

final as (

    select
        {{ entity_key('leads.account_id', 'leads.id') }} as deal_id,
        leads.account_id,
        leads.id as lead_crm_id,
        field ->> 'field_id' as field_crm_id,
        field ->> 'field_name' as field_name,
        field ->> 'field_code' as field_code,
        field #>> '{values,0,value}' as value,
        field -> 'values' as all_values
    from leads
    -- `[*]` unwraps an array and passes over null.
    cross join lateral jsonb_path_query(leads.payload, '$.custom_fields_values[*]') as field

)

select * from final
