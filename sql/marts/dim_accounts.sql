{{ config(materialized='table', indexes=[{'columns': ['account_id'], 'unique': true}]) }}

with

accounts as (

    select * from {{ ref('stg_amocrm__account') }}

),

final as (

    select
        account_id,
        name,
        subdomain,
        currency,
        -- Where people see the account: the address it gives itself, else that of its subdomain.
        coalesce(self_url, 'https://' || subdomain || '.amocrm.ru') as url
    from accounts

)

select * from final
