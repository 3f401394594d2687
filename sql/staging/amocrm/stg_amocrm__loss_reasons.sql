with

loss_reasons as (

    select * from {{ source('amocrm', 'loss_reasons') }}

),

final as (

    select
        {{ entity_key('account_id', 'id') }} as loss_reason_id,
        account_id,
        id as crm_id,
        payload ->> 'name' as name
    from loss_reasons

)

select * from final
