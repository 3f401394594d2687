-- Numbers with their normal forms: join on (raw, country). depends_on: {{ ref('int_phone_candidates') }}

with

phone_numbers as (

    select * from {{ source('identity', 'phone_numbers') }}

),

final as (

    select
        raw,
        country,
        e164,
        kind,
        hmac,
        reason
    from phone_numbers

)

select * from final
