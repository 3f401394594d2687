{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[{'columns': ['deal_id'], 'unique': true}, {'columns': ['loaded_xid']}]
) }}

-- One row per deal: when somebody took it into work, and who; and who caught it in the chat. `loaded_xid` is never below the deal's own
-- or its contacts': the milestones look here to know what changed.

with

{% if is_incremental() -%}
causes as (

    select deal_id, max(loaded_xid) as loaded_xid
    from (
        select deal_id, loaded_xid from {{ ref('int_deal_first_contacts') }}
        where {{ changed_since_last_build('loaded_xid') }}

        union all

        select deal_id, loaded_xid from {{ ref('int_activities') }}
        where {{ changed_since_last_build('loaded_xid') }}
    ) as changes
    where deal_id is not null
    group by deal_id

),

changed as (

    select causes.* from causes
    {{ taken_for_many() }}

),
{%- endif %}

deals as (

    select
        deals.deal_id,
        deals.created_by_id,
        deals.created_at,
        {{ 'greatest(first_contacts.loaded_xid, changed.loaded_xid)' if is_incremental() else 'first_contacts.loaded_xid' }} as loaded_xid
    from {{ ref('int_deals') }} as deals
    inner join {{ ref('int_deal_first_contacts') }} as first_contacts on first_contacts.deal_id = deals.deal_id
    {% if is_incremental() -%}
    inner join changed on changed.deal_id = deals.deal_id
    {%- endif %}

),

stays as (

    select
        stays.deal_id,
        stays.stay_no,
        stays.step,
        stays.owner_id_at_entry,
        stays.actor_id,
        stays.entered_at
    from {{ ref('fct_deal_stage_stays') }} as stays
    inner join deals on deals.deal_id = stays.deal_id
    {% if is_incremental() -%}
    where {{ is_among('stays.deal_id', 'select deal_id from changed') }}
    {%- endif %}

),

beginnings as (

    select
        deal_id,
        bool_or(stay_no = 1 and step = 'incoming') as is_from_incoming,
        min(stay_no) filter (where step not in ('incoming', 'lost')) as taken_stay_no
    from stays
    group by deal_id

),

-- A robot moves what its rules say: the credit is the owner's then.
taken_out as (

    select
        beginnings.deal_id,
        case
            when split_part(stays.actor_id, ':', 2) = '0' then stays.owner_id_at_entry
            else coalesce(stays.actor_id, stays.owner_id_at_entry)
        end as manager_id,
        stays.entered_at as accepted_at
    from beginnings
    inner join stays
        on stays.deal_id = beginnings.deal_id
        and stays.stay_no = beginnings.taken_stay_no
    where beginnings.is_from_incoming

),

contacts as (

    select
        contacts.deal_id,
        contacts.contact_id,
        contacts.manager_id,
        contacts.channel,
        contacts.is_outgoing,
        contacts.is_two_way,
        contacts.occurred_at
    from {{ ref('int_deal_contacts') }} as contacts
    inner join deals on deals.deal_id = contacts.deal_id
    where
        not contacts.is_deleted
    {%- if is_incremental() %}
        and {{ is_among('contacts.deal_id', 'select deal_id from changed') }}
    {%- endif %}

),

-- What is put down on the deal's own card. A task may hang on another deal tomorrow, so that it cannot tell of this one.
recorded as (

    select
        activities.deal_id,
        activities.manager_id,
        activities.occurred_at
    from {{ ref('int_activities') }} as activities
    inner join deals on deals.deal_id = activities.deal_id
    where
        activities.kind in ('note', 'stage_move', 'call_out', 'email_out', 'sms_out', 'chat_out')
        and not activities.is_deleted
        and not activities.is_robot
    {%- if is_incremental() %}
        and {{ is_among('activities.deal_id', 'select deal_id from changed') }}
    {%- endif %}

),

actions as (

    select deal_id, manager_id, occurred_at from contacts
    where is_two_way or is_outgoing

    union all

    select deal_id, manager_id, occurred_at from recorded

    union all

    -- Who puts a lead down for himself has it in work.
    select deal_id, created_by_id, created_at from deals

),

-- Grouped, not sorted: on a full build these are all contacts there ever were.
own_actions as (

    select
        actions.deal_id,
        min(actions.occurred_at) as accepted_at
    from actions
    inner join deals on deals.deal_id = actions.deal_id
    inner join beginnings on beginnings.deal_id = actions.deal_id
    inner join {{ ref('int_deal_ownership') }} as owners
        on owners.deal_id = actions.deal_id
        and owners.owner_id = actions.manager_id
        and owners.valid_from <= actions.occurred_at
        and (owners.valid_to is null or actions.occurred_at < owners.valid_to)
    where
        not beginnings.is_from_incoming
        and actions.occurred_at >= deals.created_at
        and split_part(actions.manager_id, ':', 2) <> '0'
    group by actions.deal_id

),

-- Caught in the chat: the client wrote there before anything else happened between the two.
chat_beginnings as (

    select
        deal_id,
        min(occurred_at) as first_at
    from contacts
    group by deal_id
    having min(occurred_at) = min(occurred_at) filter (where channel = 'chat' and not is_outgoing)

),

chat_answers as (

    select distinct on (contacts.deal_id)
        contacts.deal_id,
        contacts.manager_id,
        contacts.occurred_at
    from contacts
    inner join chat_beginnings on chat_beginnings.deal_id = contacts.deal_id
    where
        contacts.channel = 'chat'
        and contacts.is_two_way
        and contacts.occurred_at >= chat_beginnings.first_at
    order by contacts.deal_id, contacts.occurred_at, contacts.contact_id

),

final as (

    select
        deals.deal_id,
        coalesce(taken_out.manager_id, acceptors.owner_id) as accepted_by_id,
        chat_answers.manager_id as chat_answered_by_id,
        coalesce(taken_out.accepted_at, own_actions.accepted_at) as accepted_at,
        chat_answers.occurred_at as chat_answered_at,
        deals.loaded_xid
    from deals
    left join taken_out on taken_out.deal_id = deals.deal_id
    left join own_actions on own_actions.deal_id = deals.deal_id
    left join {{ ref('int_deal_ownership') }} as acceptors
        on acceptors.deal_id = own_actions.deal_id
        and acceptors.valid_from <= own_actions.accepted_at
        and (acceptors.valid_to is null or own_actions.accepted_at < acceptors.valid_to)
    left join chat_answers on chat_answers.deal_id = deals.deal_id

)

select * from final
