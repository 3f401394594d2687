{#
  What happens between the moves of a deal: it is taken into work, caught in the chat, its client is reached for the first time, or reached
  for while he objects. The first contact counts for the owner of that moment, the others for whoever did it. `deals` has the deals (as
  fct_deals), `stays` their stays.
#}
{% macro deal_touches(deals, stays) -%}
    select
        acceptances.deal_id,
        'accepted' as event,
        null as touch_key,
        acceptances.accepted_by_id as actor_id,
        false as is_of_owner,
        acceptances.accepted_at as occurred_at
    from {{ ref('int_deal_acceptances') }} as acceptances
    inner join {{ deals }} as deals on deals.deal_id = acceptances.deal_id
    where acceptances.accepted_at is not null

    union all

    select
        acceptances.deal_id,
        'chat_contact',
        null,
        acceptances.chat_answered_by_id,
        false,
        acceptances.chat_answered_at
    from {{ ref('int_deal_acceptances') }} as acceptances
    inner join {{ deals }} as deals on deals.deal_id = acceptances.deal_id
    where acceptances.chat_answered_at is not null

    union all

    -- Of a lead: what waits in unsorted is none yet.
    select
        deals.deal_id,
        'contacted',
        null,
        null,
        true,
        deals.first_contact_at
    from {{ deals }} as deals
    where
        deals.first_contact_at is not null
        and not deals.is_incoming

    union all

    select
        contacts.deal_id,
        'objection_attempt',
        contacts.contact_id,
        contacts.manager_id,
        false,
        contacts.occurred_at
    from {{ stays }} as stays
    inner join {{ ref('int_deal_contacts') }} as contacts
        on contacts.deal_id = stays.deal_id
        and contacts.occurred_at >= stays.entered_at
        and (stays.left_at is null or contacts.occurred_at < stays.left_at)
    where
        stays.step = 'objection'
        and not contacts.is_deleted
    {%- if is_incremental() %}
        and {{ is_among('contacts.deal_id', "select deal_id from " ~ stays ~ " where step = 'objection'") }}
    {%- endif %}
        and (contacts.is_two_way or (contacts.channel = 'call' and contacts.is_outgoing))
{%- endmacro %}
