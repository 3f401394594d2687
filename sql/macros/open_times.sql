{#
  When deals were open, for each identity of theirs: one row per stay in an open stage and identity of a card that the deal hangs on, or of
  a contact of that company. What deal_of_the_moment may answer with one of these deals lies in there.

  `deals` is a common table expression with deal_id, card_id, created_at and loaded_xid, few rows each. Columns: identity_hmac,
  opened_at, closed_at ('infinity' while open), loaded_xid (the deal's).
#}
{% macro open_times(deals) -%}
    select
        identities.identity_hmac,
        greatest(stays.entered_at, deals.created_at) as opened_at,
        coalesce(stays.left_at, 'infinity') as closed_at,
        deals.loaded_xid
    from {{ deals }} as deals
    inner join {{ ref('int_open_stays') }} as stays on stays.deal_id = deals.deal_id
    inner join (
        select card_id, identity_hmac from {{ ref('int_identities') }}
        where {{ is_among('card_id', 'select card_id from ' ~ deals) }}

        union

        select company_client_id, identity_hmac from {{ ref('int_identities') }}
        where {{ is_among('company_client_id', 'select card_id from ' ~ deals) }}
    ) as identities on identities.card_id = deals.card_id
{%- endmacro %}
