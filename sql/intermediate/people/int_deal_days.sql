{{ config(materialized='incremental', unique_key='manager_day', indexes=[{'columns': ['manager_day'], 'unique': true}]) }}

{{ manager_days(ref('int_deal_day_events'), 'occurred_at', 'not is_gone', [
    ['leads_new', "count(*) filter (where event = 'created')"],
    ['proposals_sent', "count(*) filter (where event = 'reached')"],
    ['proposals_amount', "coalesce(sum(amount) filter (where event = 'reached'), 0)::numeric(18, 2)"],
    ['deals_won', "count(*) filter (where event = 'won')"],
    ['won_amount', "coalesce(sum(amount) filter (where event = 'won'), 0)::numeric(18, 2)"],
    ['deals_lost', "count(*) filter (where event = 'lost')"]
]) }}
