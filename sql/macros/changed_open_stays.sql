{#
  A common table expression with when the changed deals were open, by card: what happened outside these times cannot become theirs.
  `deals` is one with deal_id, card_id and loaded_xid.
#}
{% macro changed_open_stays(deals) -%}
changed_open_stays as (

    select
        deals.card_id,
        deals.loaded_xid,
        stays.entered_at,
        coalesce(stays.left_at, 'infinity') as left_at
    from {{ deals }} as deals
    inner join {{ ref('int_open_stays') }} as stays on stays.deal_id = deals.deal_id
    where {{ is_among('stays.deal_id', 'select deal_id from ' ~ deals) }}

)
{%- endmacro %}
