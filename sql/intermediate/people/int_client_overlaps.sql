{{ config(
    materialized='incremental',
    unique_key='client_id',
    indexes=[{'columns': ['client_id']}, {'columns': ['manager_id', 'day']}]
) }}

-- Clients who were contacted through a second channel, or by a second manager, within 24 hours: a row for each manager and day whose
-- contact came second. A client without any keeps one empty row.

with

settings as (

    select time_zone, coalesce(first_contact_min_talk_seconds, 10) as min_talk_seconds
    from {{ source('conf', 'settings') }}

),

{% if is_incremental() -%}
changed as (

    {%- for rows in [ref('int_calls'), ref('int_messages'), ref('int_meetings'), ref('int_activities')] %}
    select client_id from {{ rows }}
    where {{ changed_since_last_build('loaded_xid') }}

    union

    select previous_client_id from {{ rows }}
    where {{ changed_since_last_build('loaded_xid') }}
    {{ 'union' if not loop.last }}
    {%- endfor %}

),

clients as (

    select client_id from changed
    where client_id is not null

),
{%- endif %}

calls as (

    select
        calls.client_id,
        calls.manager_id,
        'call' as channel,
        calls.started_at as occurred_at
    from {{ ref('int_calls') }} as calls
    cross join settings
    where
        not calls.is_deleted
        and calls.direction <> 'internal'
        and calls.outcome = 'answered'
        and calls.talk_seconds >= settings.min_talk_seconds
    {%- if is_incremental() %}
        and {{ is_among('calls.client_id', 'select client_id from clients') }}
    {%- endif %}

),

messages as (

    select
        messages.client_id,
        messages.manager_id,
        'email' as channel,
        messages.occurred_at
    from {{ ref('int_messages') }} as messages
    where
        messages.is_correspondence
        and messages.kind <> 'draft'
        and messages.direction = 'out'
        and not messages.is_bounced
    {%- if is_incremental() %}
        and {{ is_among('messages.client_id', 'select client_id from clients') }}
    {%- endif %}

),

meetings as (

    select
        meetings.client_id,
        meetings.manager_id,
        'meeting' as channel,
        meetings.started_at as occurred_at
    from {{ ref('int_meetings') }} as meetings
    where
        not meetings.is_deleted
        and meetings.state = 'held'
    {%- if is_incremental() %}
        and {{ is_among('meetings.client_id', 'select client_id from clients') }}
    {%- endif %}

),

written as (

    select
        activities.client_id,
        activities.manager_id,
        split_part(activities.kind, '_', 1) as channel,
        activities.occurred_at
    from {{ ref('int_activities') }} as activities
    where
        not activities.is_deleted
        and not activities.is_robot
        and activities.kind in ('chat_out', 'email_out')
    {%- if is_incremental() %}
        and {{ is_among('activities.client_id', 'select client_id from clients') }}
    {%- endif %}

),

contacts as (

    select * from calls
    union all
    select * from messages
    union all
    select * from meetings
    union all
    select * from written

),

-- Of the contacts of the last 24 hours, some were by somebody else or another way when those of this manager and channel are fewer.
compared as (

    select
        client_id,
        manager_id,
        occurred_at,
        count(*) over (
            partition by client_id order by occurred_at
            range between interval '24 hours' preceding and current row
        ) as contacts_in_all,
        count(*) over (
            partition by client_id, manager_id, channel order by occurred_at
            range between interval '24 hours' preceding and current row
        ) as contacts_alike
    from contacts
    where
        client_id is not null
        and manager_id is not null

),

second_contacts as (

    select distinct
        compared.client_id,
        compared.manager_id,
        (compared.occurred_at at time zone settings.time_zone)::date as day
    from compared
    cross join settings
    where compared.contacts_in_all > compared.contacts_alike

),

final as (

    select * from second_contacts
    {% if is_incremental() -%}
    union all

    select client_id, null, null from clients
    where client_id not in (select client_id from second_contacts)
    {%- endif %}

)

select * from final
