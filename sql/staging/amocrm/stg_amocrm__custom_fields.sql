with

custom_fields as (

    select * from {{ source('amocrm', 'custom_fields') }}

),

final as (

    select
        {{ entity_key('account_id', 'id') }} as custom_field_id,
        account_id,
        payload ->> 'id' as crm_id,
        coalesce(payload ->> 'entity_type', split_part(id, ':', 1)) as entity_type,
        payload ->> 'name' as name,
        payload ->> 'code' as code,
        payload ->> 'type' as type
    from custom_fields

)

select * from final
