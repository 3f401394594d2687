-- One row per phone number and mail address on a card. `code` is amoCRM's own (PHONE, EMAIL) in every language of the account.

with

cards as (

    select
        {{ entity_key('account_id', "('contact:' || id)") }} as card_id,
        account_id,
        payload,
        loaded_xid
    from {{ source('amocrm', 'contacts') }}

    union all

    select
        {{ entity_key('account_id', "('company:' || id)") }} as card_id,
        account_id,
        payload,
        loaded_xid
    from {{ source('amocrm', 'companies') }}

),

final as (

    select
        cards.card_id,
        cards.account_id,
        case upper(field ->> 'field_code') when 'PHONE' then 'phone' else 'email' end as kind,
        btrim(point ->> 'value') as value,
        cards.loaded_xid
    from cards
    -- `[*]` unwraps a list and passes over null.
    cross join lateral jsonb_path_query(cards.payload, '$.custom_fields_values[*]') as field
    cross join lateral jsonb_path_query(field, '$.values[*]') as point
    where
        upper(field ->> 'field_code') in ('PHONE', 'EMAIL')
        and btrim(point ->> 'value') <> ''

)

select * from final
