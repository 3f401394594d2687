{{ config(
    materialized='incremental',
    unique_key='client_id',
    indexes=[{'columns': ['client_id'], 'unique': true}]
) }}

-- What is known of each client, what it bought, and where that puts it among the others: of these an increment writes those whose place has
-- changed. A client that only deals named, and that none does any more, keeps a row that says so (is_gone).

{%- set described_columns = [
    'client_id', 'account_id', 'crm_id', 'company_client_id', 'owner_id', 'kind', 'name', 'deals', 'deals_won', 'won_amount', 'is_known',
    'is_deleted', 'created_at', 'first_won_at', 'last_won_at'
] %}

with

{% if is_incremental() -%}
changed_deals as (

    select deal_id from {{ ref('int_deal_first_contacts') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

changed as (

    select client_id from {{ ref('int_clients') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union

    select client_id from {{ ref('fct_deals') }}
    where
        {{ is_among('deal_id', 'select deal_id from changed_deals') }}
        and client_id is not null

    union

    select previous_client_id from {{ ref('int_deal_clients') }}
    where
        {{ changed_since_last_build('loaded_xid') }}
        and previous_client_id is not null

),
{%- endif %}

deals as (

    select * from {{ ref('fct_deals') }}
    where
        client_id is not null
    {%- if is_incremental() %}
        and {{ is_among('client_id', 'select client_id from changed') }}
    {%- endif %}

),

clients as (

    select * from {{ ref('int_clients') }}
    {%- if is_incremental() %}
    where {{ is_among('client_id', 'select client_id from changed') }}
    {%- endif %}

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

described as (

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

),

buyers as (

    select
        client_id,
        deals_won,
        won_amount,
        last_won_at
    from described
    where deals_won > 0

    {%- if is_incremental() %}

    union all

    select
        known.client_id,
        known.deals_won,
        known.won_amount,
        known.last_won_at
    from {{ this }} as known
    where
        known.deals_won > 0
        and not exists (select from changed where changed.client_id = known.client_id)
    {%- endif %}

),

-- Turnover in descending order: A is who makes the first 80 % of it, B the next 15 %, C the rest.
turnover as (

    select
        client_id,
        won_amount,
        sum(won_amount) over (order by won_amount desc, client_id) - won_amount as amount_before,
        sum(won_amount) over () as amount_of_all
    from buyers

),

-- Fifths of the clients who bought; equals are in the same one.
scores as (

    select
        client_id,
        least(5, 1 + floor(5 * percent_rank() over (order by last_won_at)))::int as recency_score,
        least(5, 1 + floor(5 * percent_rank() over (order by deals_won)))::int as frequency_score,
        least(5, 1 + floor(5 * percent_rank() over (order by won_amount)))::int as money_score
    from buyers

),

segments as (

    select
        scores.*,
        case
            when turnover.won_amount > 0 and turnover.amount_before < 0.80 * turnover.amount_of_all then 'A'
            when turnover.won_amount > 0 and turnover.amount_before < 0.95 * turnover.amount_of_all then 'B'
            else 'C'
        end as abc_segment,
        case
            when scores.recency_score >= 4 and scores.frequency_score >= 4 then 'champions'
            when scores.recency_score >= 3 and scores.frequency_score >= 3 then 'loyal'
            when scores.recency_score >= 4 then 'new'
            when scores.recency_score = 3 then 'promising'
            when scores.frequency_score >= 3 and scores.money_score >= 4 then 'cannot_lose'
            when scores.frequency_score >= 3 then 'at_risk'
            else 'sleeping'
        end as rfm_segment
    from scores
    inner join turnover on turnover.client_id = scores.client_id

),

final as (

    select
        described.*,
        segments.abc_segment,
        segments.rfm_segment,
        segments.recency_score,
        segments.frequency_score,
        segments.money_score,
        false as is_gone
    from described
    left join segments on segments.client_id = described.client_id

    {%- if is_incremental() %}

    union all

    select
        {%- for column in described_columns %}
        known.{{ column }},
        {%- endfor %}
        segments.abc_segment,
        segments.rfm_segment,
        segments.recency_score,
        segments.frequency_score,
        segments.money_score,
        false
    from {{ this }} as known
    inner join segments on segments.client_id = known.client_id
    where
        not exists (select from changed where changed.client_id = known.client_id)
        and (known.abc_segment, known.recency_score, known.frequency_score, known.money_score)
        is distinct from (segments.abc_segment, segments.recency_score, segments.frequency_score, segments.money_score)

    union all

    select
        known.client_id,
        known.account_id,
        known.crm_id,
        null,
        null,
        known.kind,
        known.name,
        0,
        0,
        0::numeric(18, 2),
        false,
        false,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        true
    from {{ this }} as known
    where
        {{ is_among('known.client_id', 'select client_id from changed') }}
        and not exists (select from described where described.client_id = known.client_id)
    {%- endif %}

)

select * from final
