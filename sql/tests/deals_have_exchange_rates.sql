{{ config(severity='warn') }}

-- Deals whose amount nobody can tell in the reporting currency, by currency: a file of exchange rates is missing, or begins too late.
select
    original_currency,
    count(*) as deals,
    min(created_at) as first_created_at
from {{ ref('fct_deals') }}
where
    original_amount is not null
    and amount is null
    and {{ of_changed_rows('deal_id', ['fct_deals'], 'deal_id') }}
group by original_currency
