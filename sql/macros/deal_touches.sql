{#
  What people do about a deal, for their own account: taking it into work, catching it in the chat, reaching for the client while he
  objects. `deals` names the deals, `stays` has their stays.
#}
{% macro deal_touches(deals, stays) -%}
    select
        acceptances.deal_id,
        'accepted' as event,
        null as touch_key,
        acceptances.accepted_by_id as manager_id,
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
        acceptances.chat_answered_at
    from {{ ref('int_deal_acceptances') }} as acceptances
    inner join {{ deals }} as deals on deals.deal_id = acceptances.deal_id
    where acceptances.chat_answered_at is not null

    union all

    select
        contacts.deal_id,
        'objection_attempt',
        contacts.contact_id,
        contacts.manager_id,
        contacts.occurred_at
    from {{ stays }} as stays
    inner join {{ ref('int_deal_contacts') }} as contacts
        on contacts.deal_id = stays.deal_id
        and contacts.occurred_at >= stays.entered_at
        and (stays.left_at is null or contacts.occurred_at < stays.left_at)
    where
        stays.step = 'objection'
        and not contacts.is_deleted
        and (contacts.is_two_way or (contacts.channel = 'call' and contacts.is_outgoing))
{%- endmacro %}
