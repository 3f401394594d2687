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

{%- set ranks = ['abc_segment', 'recency_score', 'frequency_score', 'money_score'] %}

buyers as (

    select
        client_id,
        deals_won,
        won_amount,
        last_won_at
        {%- if is_incremental() %},
        false as is_known,
        null::text as known_abc_segment,
        null::int as known_recency_score,
        null::int as known_frequency_score,
        null::int as known_money_score
        {%- endif %}
    from described
    where deals_won > 0

    {%- if is_incremental() %}

    union all

    select
        known.client_id,
        known.deals_won,
        known.won_amount,
        known.last_won_at,
        true,
        {%- for rank in ranks %}
        known.{{ rank }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ this }} as known
    where
        known.deals_won > 0
        and not exists (select from changed where changed.client_id = known.client_id)
    {%- endif %}

),

-- Fifths of the clients who bought; equals are in the same one. And turnover in descending order.
ranked as (

    select
        *,
        least(5, 1 + floor(5 * percent_rank() over (order by last_won_at)))::int as recency_score,
        least(5, 1 + floor(5 * percent_rank() over (order by deals_won)))::int as frequency_score,
        least(5, 1 + floor(5 * percent_rank() over (order by won_amount)))::int as money_score,
        sum(won_amount) over (order by won_amount desc, client_id) - won_amount as amount_before,
        sum(won_amount) over () as amount_of_all
    from buyers

),

-- A is who makes the first 80 % of the turnover, B the next 15 %, C the rest.
segments as materialized (

    select
        *,
        case
            when won_amount > 0 and amount_before < 0.80 * amount_of_all then 'A'
            when won_amount > 0 and amount_before < 0.95 * amount_of_all then 'B'
            else 'C'
        end as abc_segment,
        case
            when recency_score >= 4 and frequency_score >= 4 then 'champions'
            when recency_score >= 3 and frequency_score >= 3 then 'loyal'
            when recency_score >= 4 then 'new'
            when recency_score = 3 then 'promising'
            when frequency_score >= 3 and money_score >= 4 then 'cannot_lose'
            when frequency_score >= 3 then 'at_risk'
            else 'sleeping'
        end as rfm_segment
    from ranked

),

{% if is_incremental() -%}
-- Did nothing, and stands elsewhere among the others now.
moved as materialized (

    select * from segments
    where
        is_known
        and ({{ ranks | join(', ') }}) is distinct from (known_{{ ranks | join(', known_') }})

),
{%- endif %}

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
        moved.abc_segment,
        moved.rfm_segment,
        moved.recency_score,
        moved.frequency_score,
        moved.money_score,
        false
    -- Mostly few, and a hundred thousand when the end of a fifth passes many equals: one by one by the index, whatever the planner expects.
    from moved
    cross join lateral (
        select * from {{ this }} as this
        where this.client_id = moved.client_id
        offset 0
    ) as known

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
