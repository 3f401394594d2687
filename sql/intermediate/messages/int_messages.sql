{{ config(
    materialized='incremental',
    unique_key='message_id',
    indexes=[
        {'columns': ['message_id'], 'unique': true},
        {'columns': ['thread_id']},
        {'columns': ['client_id']},
        {'columns': ['contact_client_id']},
        {'columns': ['deal_id']},
        {'columns': ['manager_id', 'occurred_at']},
        {'columns': ['loaded_xid']}
    ],
    pre_hook="set local work_mem = '256MB'",
    meta={'bookkeeping': ['previous_deal_id', 'previous_manager_id', 'previous_client_id', 'previous_at', 'loaded_xid']}
) }}

-- Messages with what they are, which way they went, when, who of ours wrote or got them, and who of the clients, about which deal.

with

config as (

    select changed_xid from {{ ref('int_mail_config') }}

),

{% if is_incremental() -%}
changed_cards as (

    select card_id, client_id, identity_hmac, loaded_xid from {{ ref('int_identities') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

changed_deals as (

    select deal_id, card_id, created_at, loaded_xid from {{ ref('int_deal_cards') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

-- When a changed deal was open, for each number or address of its cards: then it may be what somebody talked about.
changed_times as (

    {{ open_times('changed_deals') }}

),

causes as (

    select message_id, loaded_xid from {{ ref('int_messages__folded') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union all

    select node, loaded_xid from {{ ref('int_message_threads') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union all

    select messages.message_id, config.changed_xid
    from {{ ref('int_messages__folded') }} as messages
    inner join config on {{ changed_since_last_build('config.changed_xid') }}

    -- A card was given an address, or lost one; a deal was opened, closed, moved to another card: it may take the messages while it is
    -- open, and lose those it has.
    union all

    select parties.message_id, changed_cards.loaded_xid
    from {{ ref('int_message_parties') }} as parties
    inner join changed_cards on changed_cards.identity_hmac = parties.address_hmac

    union all

    select messages.message_id, changed_cards.loaded_xid
    from {{ this }} as messages
    inner join changed_cards on changed_cards.card_id = messages.contact_client_id

    union all

    select messages.message_id, changed_cards.loaded_xid
    from {{ this }} as messages
    inner join changed_cards on changed_cards.card_id = messages.client_id

    union all

    select messages.message_id, changed_times.loaded_xid
    from changed_times
    inner join {{ ref('int_message_parties') }} as parties on parties.address_hmac = changed_times.identity_hmac
    inner join {{ this }} as messages
        on messages.message_id = parties.message_id
        and messages.occurred_at >= changed_times.opened_at
        and messages.occurred_at < changed_times.closed_at

    union all

    select messages.message_id, changed_deals.loaded_xid
    from {{ this }} as messages
    inner join changed_deals on changed_deals.deal_id = messages.deal_id

),

changed as (

    select message_id, max(loaded_xid) as cause_xid
    from causes
    group by message_id

),
{%- endif %}

messages as (

    select
        messages.*,
        {{ 'greatest(messages.loaded_xid, changed.cause_xid)' if is_incremental() else 'messages.loaded_xid' }} as cause_xid
    from {{ ref('int_messages__folded') }} as messages
    {% if is_incremental() -%}
    inner join changed on changed.message_id = messages.message_id
    {%- endif %}

),

own as (

    select * from {{ ref('int_mail_own') }}

),

parties as (

    select
        parties.message_id,
        parties.position,
        parties.role,
        parties.address,
        parties.address_hmac,
        own_addresses.value is not null or own_domains.value is not null as is_own
    from {{ ref('int_message_parties') }} as parties
    inner join messages on messages.message_id = parties.message_id
    left join own as own_addresses
        on own_addresses.kind = 'address'
        and own_addresses.value = parties.address
    left join own as own_domains
        on own_domains.kind = 'domain'
        and own_domains.value = parties.domain
    where parties.address is not null

),

sides as (

    select
        message_id,
        (array_agg(address order by position) filter (where role = 'from'))[1] as sender,
        coalesce(bool_or(is_own) filter (where role = 'from'), false) as is_from_own,
        count(*) filter (where role in ('to', 'cc', 'bcc')) as recipients,
        count(*) filter (where role in ('to', 'cc', 'bcc') and not is_own) as recipients_outside,
        coalesce(
            array_agg(distinct address_hmac order by address_hmac) filter (
                where not is_own and role in ('from', 'reply_to', 'to', 'cc', 'bcc')
            ),
            '{}'
        ) as outside_hmacs
    from parties
    group by message_id

),

directed as (

    select
        messages.*,
        sides.outside_hmacs,
        sides.recipients_outside,
        {{ mail_kind('messages', 'sides.sender') }} as kind,
        case
            when sides.is_from_own and sides.recipients > 0 and sides.recipients_outside = 0 then 'internal'
            when sides.is_from_own then 'out'
            -- Written under an address that nobody named: it lies among what was sent, and nowhere else.
            when cardinality(messages.sent_mailboxes) > 0 and cardinality(messages.other_mailboxes) = 0 then 'out'
            else 'in'
        end as direction,
        -- The server that took the message in knows best when; a mailbox that was moved has the day of the move instead.
        coalesce(
            messages.received_at,
            case when messages.stored_at - messages.date_at <= interval '2 days' then messages.stored_at end,
            messages.date_at,
            messages.stored_at
        ) as arrived_at,
        -- Our own clocks are believed, unless the server had the message two days before it was written.
        case
            when messages.date_at - coalesce(messages.received_at, messages.stored_at) > interval '2 days'
                then coalesce(messages.received_at, messages.stored_at)
            else coalesce(messages.date_at, messages.received_at, messages.stored_at)
        end as sent_at
    from messages
    left join sides on sides.message_id = messages.message_id

),

dated as (

    select
        directed.*,
        coalesce(case when direction = 'in' then arrived_at else sent_at end, first_seen_at) as occurred_at
    from directed

),

manager_mailboxes as (

    select * from {{ ref('int_manager_mailboxes') }}

),

-- Whose work it is: for what was sent the writer's own address before the mailbox that holds the copy, for what came the first of ours
-- it is addressed to. An address that several managers share says nothing.
actor_addresses as (

    select
        dated.message_id,
        dated.occurred_at,
        parties.address,
        case parties.role
            when 'sender' then 1
            when 'from' then 2
            when 'to' then 1000 + parties.position
            when 'delivered_to' then 2000 + parties.position
            else 3000 + parties.position
        end as place
    from dated
    inner join parties on parties.message_id = dated.message_id
    where
        parties.is_own
        and case
            when dated.direction = 'in' then parties.role in ('to', 'delivered_to', 'cc', 'bcc')
            else parties.role in ('sender', 'from')
        end

    union all

    select
        dated.message_id,
        dated.occurred_at,
        holders.mailbox as address,
        10000 + holders.position::int as place
    from dated
    cross join lateral unnest(
        case when dated.direction = 'in' then dated.other_mailboxes else dated.sent_mailboxes end
    ) with ordinality as holders (mailbox, position)

),

actors as (

    select distinct on (message_id)
        message_id,
        manager_id
    from (
        select
            actor_addresses.message_id,
            actor_addresses.place,
            min(manager_mailboxes.manager_id) as manager_id
        from actor_addresses
        inner join manager_mailboxes
            on manager_mailboxes.address = actor_addresses.address
            and manager_mailboxes.valid_from <= actor_addresses.occurred_at
            and manager_mailboxes.valid_to > actor_addresses.occurred_at
        group by actor_addresses.message_id, actor_addresses.place
        having count(distinct manager_mailboxes.manager_id) = 1
    ) as candidates
    order by message_id, place

),

-- The other side: of several, the first one that the CRM knows.
counterparts as (

    select distinct on (parties.message_id)
        parties.message_id,
        parties.address_hmac
    from parties
    inner join dated on dated.message_id = parties.message_id
    left join {{ ref('int_identities') }} as identities
        on identities.identity_kind = 'email'
        and identities.identity_hmac = parties.address_hmac
        and not identities.is_deleted
    where
        not parties.is_own
        and dated.direction <> 'internal'
        and case
            when dated.direction = 'in' then parties.role in ('from', 'reply_to')
            else parties.role in ('to', 'cc', 'bcc')
        end
    order by parties.message_id, identities.card_id is null, parties.position

),

events as (

    select
        dated.message_id,
        'email' as identity_kind,
        counterparts.address_hmac as identity_hmac,
        dated.occurred_at
    from dated
    inner join counterparts on counterparts.message_id = dated.message_id

),

known as (

    {{ deal_of_the_moment('events', 'message_id') }}

),

threads as (

    select * from {{ ref('int_message_threads') }}

),

-- A report is of the thread of what it reports, so that its coming has the thread looked at again. Whom of several it did not reach is
-- told in the report's text only.
bounced as (

    select distinct dated.message_id
    from dated
    inner join {{ ref('int_messages__folded') }} as reports on reports.parent_id = dated.message_id
    left join {{ ref('int_message_parties') }} as reporters
        on reporters.message_id = reports.message_id
        and reporters.role = 'from'
    where
        dated.direction = 'out'
        and dated.recipients_outside = 1
        and not reports.is_draft
        and {{ is_delivery_report('reports', 'reporters.address') }}

),

final as (

    select
        dated.message_id,
        dated.source_type,
        dated.account_id,
        threads.thread_id,
        dated.parent_id,
        actors.manager_id,
        known.client_id,
        known.contact_client_id,
        known.deal_id,
        {% if is_incremental() -%}
        nullif(this.deal_id, known.deal_id) as previous_deal_id,
        {%- else -%}
        null::text as previous_deal_id,
        {%- endif %}
        {{ as_it_was('occurred_at') }}
        counterparts.address_hmac as counterpart_hmac,
        dated.outside_hmacs,

        dated.direction,
        dated.kind,
        case
            when dated.direction = 'internal' or known.client_id is not null then null
            when counterparts.address_hmac is null then 'no_address'
            else 'not_in_crm'
        end as unmatched_reason,

        dated.copies,
        dated.attachments,
        dated.bytes,

        -- What a person wrote to a person on the other side, or got from one: the rest is no correspondence.
        dated.kind = 'person' and dated.direction <> 'internal' as is_correspondence,
        bounced.message_id is not null as is_bounced,
        dated.is_answered,
        dated.is_deleted,

        dated.occurred_at,
        greatest(dated.cause_xid, known.loaded_xid, threads.loaded_xid) as loaded_xid
    from dated
    left join threads on threads.node = dated.message_id
    left join bounced on bounced.message_id = dated.message_id
    left join actors on actors.message_id = dated.message_id
    left join counterparts on counterparts.message_id = dated.message_id
    left join known on known.message_id = dated.message_id
    {% if is_incremental() -%}
    left join {{ this }} as this on this.message_id = dated.message_id
    {%- endif %}

)

select * from final
