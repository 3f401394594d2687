{#
  Who a call, a message or a meeting was with, and about which deal: a query with one row per event whose identity the CRM knows.

  `events` is a relation or a common table expression; `key` names its key; it has `identity_kind` ('phone', 'email'),
  `identity_hmac` and `occurred_at`. Columns: the key, client_id, contact_client_id, deal_id, cards (how many cards share the identity),
  loaded_xid (of what was matched).

  The deal is the open one of that moment: of the deals that hang on the card, else on its company, that existed and stood in an open
  stage then, the one created last. Without an open deal it is null, and the client is that of the oldest contact's card, else of the
  oldest company's.
#}
{% macro deal_of_the_moment(events, key) -%}
    select distinct on (events.{{ key }})
        events.{{ key }},
        coalesce(case when stays.deal_id is not null then deal_cards.client_id end, identities.client_id) as client_id,
        identities.contact_client_id,
        stays.deal_id,
        greatest(identities.loaded_xid, deal_cards.loaded_xid) as loaded_xid
    from {{ events }} as events
    inner join {{ ref('int_identities') }} as identities
        on identities.identity_hmac = events.identity_hmac
        and identities.identity_kind = events.identity_kind
        and not identities.is_deleted
    cross join lateral (
        values (identities.card_id, 1), (identities.company_client_id, 2)
    ) as reachable (card_id, distance)
    left join {{ ref('int_deal_cards') }} as deal_cards
        on deal_cards.card_id = reachable.card_id
        and not deal_cards.is_deleted
        and deal_cards.created_at <= events.occurred_at
    left join {{ ref('int_open_stays') }} as stays
        on stays.deal_id = deal_cards.deal_id
        and stays.entered_at <= events.occurred_at
        and (stays.left_at is null or stays.left_at > events.occurred_at)
    order by
        events.{{ key }},
        stays.deal_id is null,
        reachable.distance,
        case when stays.deal_id is not null then deal_cards.created_at end desc nulls last,
        stays.deal_id desc,
        identities.contact_client_id is null,
        identities.created_at,
        identities.card_id
{%- endmacro %}
