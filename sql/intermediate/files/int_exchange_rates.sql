{{ config(materialized='table', indexes=[{'columns': ['currency', 'valid_from']}]) }}

-- What a currency costs in the reporting currency, from a day up to the day before the next rate. The reporting currency costs 1.

with

settings as (

    select currency from {{ source('conf', 'settings') }}
    limit 1

),

rates as (

    select distinct on (currency, valid_from)
        currency,
        valid_from,
        rate
    from {{ ref('stg_files__exchange_rates') }}
    order by currency, valid_from, account_id

),

final as (

    select
        currency,
        '-infinity'::date as valid_from,
        'infinity'::date as valid_before,
        1::numeric as rate
    from settings

    union all

    select
        rates.currency,
        rates.valid_from,
        coalesce(
            lead(rates.valid_from) over (partition by rates.currency order by rates.valid_from),
            'infinity'
        ) as valid_before,
        rates.rate
    from rates
    inner join settings on settings.currency <> rates.currency

)

select * from final
