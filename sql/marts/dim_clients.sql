{{ config(materialized='table', indexes=[{'columns': ['client_id'], 'unique': true}]) }}

with

deals as (

    select * from {{ ref('fct_deals') }}
    where client_id is not null

),

clients as (

    select * from {{ ref('int_clients') }}

),

deal_summaries as (

    select
        client_id,
        min(account_id) as account_id,
        count(*) filter (where not is_deleted) as deals,
        count(*) filter (where is_won and not is_deleted) as deals_won,
        coalesce(sum(amount) filter (where is_won and not is_deleted), 0) as won_amount,
        min(closed_at) filter (where is_won and not is_deleted) as first_won_at,
        max(closed_at) filter (where is_won and not is_deleted) as last_won_at
    from deals
    group by client_id

),

final as (

    select
        coalesce(clients.client_id, deal_summaries.client_id) as client_id,
        coalesce(clients.account_id, deal_summaries.account_id) as account_id,
        coalesce(clients.crm_id, split_part(deal_summaries.client_id, ':', 3)) as crm_id,
        clients.company_client_id,
        clients.owner_id,

        coalesce(clients.kind, split_part(deal_summaries.client_id, ':', 2)) as kind,
        -- A client the token may not see is still somebody's client.
        coalesce(
            clients.name,
            'Unknown ' || split_part(deal_summaries.client_id, ':', 2) || ' ' || split_part(deal_summaries.client_id, ':', 3)
        ) as name,

        coalesce(deal_summaries.deals, 0) as deals,
        coalesce(deal_summaries.deals_won, 0) as deals_won,
        coalesce(deal_summaries.won_amount, 0)::numeric(18, 2) as won_amount,

        clients.client_id is not null as is_known,
        coalesce(clients.is_deleted, false) as is_deleted,

        clients.created_at,
        deal_summaries.first_won_at,
        deal_summaries.last_won_at
    from clients
    full join deal_summaries on deal_summaries.client_id = clients.client_id

)

select * from final
