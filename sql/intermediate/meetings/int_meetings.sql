{{ config(
    materialized='incremental',
    unique_key='meeting_id',
    indexes=[
        {'columns': ['meeting_id'], 'unique': true},
        {'columns': ['deal_id']},
        {'columns': ['client_id']},
        {'columns': ['loaded_xid']}
    ]
) }}

-- Meetings with clients, each once: from calendars, however many of them it stands in, and from tasks of the CRM. All are worked out
-- anew in every build, for time alone makes a planned meeting a held one; only rows that came out differently are written, so that
-- the models after this one look at no others. A meeting that is no longer one keeps its row, marked deleted.

with

events as (

    select * from {{ ref('stg_calendar__events') }}

),

-- The organiser's own copy is the meeting; without it the copy that is still there, else the one read last.
chosen as (

    select distinct on (uid, recurrence_id)
        'calendar:' || md5(concat_ws('|', uid, recurrence_id)) as meeting_id,
        events.*
    from events
    where not is_all_day
    order by uid, recurrence_id, organizer is not distinct from owner desc, is_deleted, seen_at desc, account_id, event_id

),

addresses as (

    select * from {{ ref('int_mail_addresses') }}

),

own as (

    select kind, value from {{ ref('int_mail_own') }}

    union

    select 'domain', lower(own_domain) from events
    where own_domain is not null

    union

    select 'address', addresses.address
    from events
    inner join addresses on addresses.raw = events.owner
    where addresses.address is not null

),

-- Everybody in a meeting, once: the organiser first, then the invited in their order. Rooms are nobody.
invited as (

    select
        chosen.meeting_id,
        0 as place,
        chosen.organizer as raw,
        'accepted' as answer
    from chosen
    where organizer is not null

    union all

    select
        chosen.meeting_id,
        attendees.place::int as place,
        attendees.attendee ->> 'address' as raw,
        attendees.attendee ->> 'answer' as answer
    from chosen
    cross join lateral jsonb_array_elements(chosen.attendees) with ordinality as attendees (attendee, place)
    where coalesce((attendees.attendee ->> 'is_person')::boolean, true)

),

parties as (

    select distinct on (invited.meeting_id, addresses.address)
        invited.meeting_id,
        addresses.address,
        addresses.hmac as address_hmac,
        -- An organiser who is invited, too, answered as invited.
        last_value(invited.answer) over (
            partition by invited.meeting_id, addresses.address
            order by invited.place
            rows between unbounded preceding and unbounded following
        ) as answer,
        invited.place,
        own_addresses.value is not null or own_domains.value is not null as is_own
    from invited
    inner join addresses on addresses.raw = invited.raw
    left join own as own_addresses
        on own_addresses.kind = 'address'
        and own_addresses.value = addresses.address
    left join own as own_domains
        on own_domains.kind = 'domain'
        and own_domains.value = addresses.domain
    where addresses.address is not null
    order by invited.meeting_id, addresses.address, invited.place

),

sides as (

    select
        meeting_id,
        count(*) filter (where not is_own)::int as outside,
        count(*) filter (where not is_own and answer <> 'declined')::int as outside_coming,
        count(*) filter (where is_own)::int as own_people
    from parties
    group by meeting_id

),

-- Meetings with somebody from outside: the others are the company's own business.
dated as (

    select
        chosen.meeting_id,
        chosen.account_id,
        chosen.owner,
        chosen.organizer,
        chosen.kind,
        sides.outside,
        sides.own_people,
        chosen.is_recurring,
        chosen.started_at,
        chosen.ended_at,
        -- Removed when it was over: tidying up undoes no meeting.
        chosen.status = 'cancelled'
        or sides.outside_coming = 0
        or coalesce(owners.answer = 'declined', false)
        or (chosen.is_deleted and chosen.deleted_at < chosen.ended_at) as is_off
    from chosen
    inner join sides on sides.meeting_id = chosen.meeting_id
    left join addresses on addresses.raw = chosen.owner
    left join parties as owners
        on owners.meeting_id = chosen.meeting_id
        and owners.address = addresses.address
    where sides.outside > 0

),

mailboxes as (

    select * from {{ ref('int_manager_mailboxes') }}

),

-- The host: who invited, if of ours; else whose calendar it is; else the first of ours who did not decline.
hosts as (

    select distinct on (meeting_id)
        meeting_id,
        manager_id
    from (
        select
            dated.meeting_id,
            mailboxes.manager_id,
            case
                when parties.place = 0 then 1
                when parties.address = addresses.address then 2
                else 3
            end as rank,
            parties.place
        from dated
        inner join parties on parties.meeting_id = dated.meeting_id
        left join addresses on addresses.raw = dated.owner
        inner join mailboxes
            on mailboxes.address = parties.address
            and mailboxes.valid_from <= dated.started_at
            and mailboxes.valid_to > dated.started_at
        where parties.answer <> 'declined'

        union all

        -- A calendar's owner need not be among the invited.
        select
            dated.meeting_id,
            mailboxes.manager_id,
            2 as rank,
            0 as place
        from dated
        inner join addresses on addresses.raw = dated.owner
        inner join mailboxes
            on mailboxes.address = addresses.address
            and mailboxes.valid_from <= dated.started_at
            and mailboxes.valid_to > dated.started_at
    ) as candidates
    order by meeting_id, rank, place, manager_id

),

-- The other side: of several, the first that the CRM knows.
counterparts as (

    select distinct on (parties.meeting_id)
        parties.meeting_id,
        parties.address_hmac as identity_hmac,
        'email' as identity_kind,
        dated.started_at as occurred_at
    from parties
    inner join dated on dated.meeting_id = parties.meeting_id
    left join {{ ref('int_identities') }} as identities
        on identities.identity_kind = 'email'
        and identities.identity_hmac = parties.address_hmac
        and not identities.is_deleted
    where not parties.is_own
    order by parties.meeting_id, identities.card_id is null, parties.place, identities.card_id

),

known as (

    {{ deal_of_the_moment('counterparts', 'meeting_id') }}

),

from_calendars as (

    select
        dated.meeting_id,
        dated.account_id,
        'calendar' as source_type,
        hosts.manager_id,
        known.client_id,
        known.contact_client_id,
        known.deal_id,
        dated.kind,
        case
            when dated.is_off then 'cancelled'
            when dated.ended_at <= current_timestamp then 'held'
            else 'planned'
        end as state,
        case when known.client_id is null then 'not_in_crm' end as unmatched_reason,
        dated.outside as people_outside,
        dated.own_people,
        dated.is_recurring,
        false as is_deleted,
        dated.started_at,
        dated.ended_at
    from dated
    left join hosts on hosts.meeting_id = dated.meeting_id
    left join known on known.meeting_id = dated.meeting_id

),

tasks as (

    select
        tasks.*,
        types.kind as meeting_kind,
        -- Ticked off before it was due: it took place before.
        case when tasks.is_completed then least(tasks.due_at, tasks.completed_at) else tasks.due_at end as started_at
    from {{ ref('int_tasks') }} as tasks
    inner join {{ source('conf', 'meeting_task_types') }} as types on types.task_type = lower(btrim(tasks.kind))

),

-- Entered in the calendar as well: the calendar's row is the meeting.
entered as (

    select distinct tasks.task_id
    from tasks
    inner join from_calendars
        on from_calendars.client_id = tasks.client_id
        and from_calendars.manager_id = coalesce(tasks.completed_by_id, tasks.manager_id)
    where
        from_calendars.state <> 'cancelled'
        and from_calendars.started_at between tasks.started_at - interval '1 hour' and tasks.started_at + interval '1 hour'

),

from_tasks as (

    select
        'task:' || tasks.task_id as meeting_id,
        tasks.account_id,
        'amocrm' as source_type,
        coalesce(tasks.completed_by_id, tasks.manager_id) as manager_id,
        tasks.client_id,
        tasks.contact_client_id,
        tasks.deal_id,
        tasks.meeting_kind as kind,
        -- Only who was there knows: a meeting that nobody ticked off is not believed.
        case
            when tasks.is_completed then 'held'
            when tasks.started_at <= current_timestamp then 'unconfirmed'
            else 'planned'
        end as state,
        case when tasks.client_id is null then 'no_client' end as unmatched_reason,
        null::int as people_outside,
        null::int as own_people,
        false as is_recurring,
        tasks.is_deleted or entered.task_id is not null as is_deleted,
        tasks.started_at,
        tasks.started_at + make_interval(secs => coalesce(tasks.duration_seconds, 0)) as ended_at
    from tasks
    left join entered on entered.task_id = tasks.task_id
    where tasks.started_at is not null

),

computed as (

    select * from from_calendars
    union all
    select * from from_tasks

),

marked as (

    select
        computed.*,
        md5(computed::text) as fingerprint
    from computed

),

final as (

    select
        marked.*,
        {% if is_incremental() -%}
        nullif(this.deal_id, marked.deal_id) as previous_deal_id,
        {%- else -%}
        null::text as previous_deal_id,
        {%- endif %}
        {{ as_it_was('started_at') }}
        pg_current_xact_id() as loaded_xid
    from marked
    {% if is_incremental() -%}
    left join {{ this }} as this on this.meeting_id = marked.meeting_id
    where this.fingerprint is distinct from marked.fingerprint

    union all

    select
        this.meeting_id,
        this.account_id,
        this.source_type,
        this.manager_id,
        this.client_id,
        this.contact_client_id,
        this.deal_id,
        this.kind,
        this.state,
        this.unmatched_reason,
        this.people_outside,
        this.own_people,
        this.is_recurring,
        true as is_deleted,
        this.started_at,
        this.ended_at,
        'gone' as fingerprint,
        null::text as previous_deal_id,
        this.manager_id as previous_manager_id,
        this.client_id as previous_client_id,
        this.started_at as previous_at,
        pg_current_xact_id() as loaded_xid
    from {{ this }} as this
    where
        this.fingerprint <> 'gone'
        and not exists (select from marked where marked.meeting_id = this.meeting_id)
    {%- endif %}

)

select * from final
