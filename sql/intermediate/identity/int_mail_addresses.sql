-- Mail addresses with their normal forms: join on raw. depends_on: {{ ref('int_mail_address_candidates') }}

with

mail_addresses as (

    select * from {{ source('identity', 'mail_addresses') }}

),

final as (

    select
        raw,
        address,
        hmac,
        domain,
        reason
    from mail_addresses

)

select * from final
