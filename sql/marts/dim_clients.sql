{{ config(meta={'rows_of': ['int_client_profiles']}) }}

select
    client_id,
    account_id,
    crm_id,
    company_client_id,
    owner_id,

    kind,
    name,
    abc_segment,
    rfm_segment,

    deals,
    deals_won,
    won_amount,
    recency_score,
    frequency_score,
    money_score,

    is_known,
    is_deleted,

    created_at,
    first_won_at,
    last_won_at
from {{ ref('int_client_profiles') }}
where not is_gone
