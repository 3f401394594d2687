-- What each manager did on each day, the scorecard's components: each fact is summed to manager and day by itself (int_*_days, where only
-- what changed is summed anew), then the sums meet, so that no fact multiplies another. A new component is one more branch of
-- `components` and one more name in macros/day_facts.sql.

{%- set facts = day_facts() %}
{%- set amounts = day_amounts() %}

with

settings as (

    {{ zone_and_today() }}

),

-- A client's first won deal makes it a client.
first_wins as (

    select manager_id, day from {{ ref('fct_client_wins') }}
    where is_first

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

meetings as (

    select
        *,
        (occurred_at at time zone settings.time_zone)::date as day
    from {{ ref('fct_meetings') }}
    cross join settings
    where is_held

),

components as (

    {{ day_part(ref('int_deal_days'), facts, amounts,
        ['leads_new', 'proposals_sent', 'proposals_amount', 'deals_won', 'won_amount', 'deals_lost']) }}

    union all

    {{ day_part('(select manager_id, day, count(*) as new_clients from first_wins group by manager_id, day)', facts, amounts,
        ['new_clients']) }}

    union all

    {{ day_part(ref('int_call_days'), facts, amounts,
        ['calls_out', 'calls_in', 'calls_answered', 'calls_in_answered', 'calls_missed', 'talk_seconds']) }}

    union all

    {{ day_part(ref('int_message_days'), facts, amounts, ['emails_sent', 'emails_received']) }}

    union all

    {{ day_part(ref('int_activity_days'), facts, amounts, ['crm_actions', 'chats_sent']) }}

    union all

    {{ day_part("(
        select
            manager_id,
            day,
            count(*) as meetings_held,
            count(*) filter (where kind = 'presentation') as presentations_held,
            sum(duration_seconds) as meeting_seconds
        from meetings
        group by manager_id, day
    )", facts, amounts, ['meetings_held', 'presentations_held', 'meeting_seconds']) }}

    union all

    {{ day_part("(
        select
            coalesce(completed_by_id, manager_id) as manager_id,
            (completed_at at time zone settings.time_zone)::date as day,
            count(*) as tasks_done
        from tasks
        cross join settings
        where
            is_completed
            and completed_at is not null
        group by 1, 2
    )", facts, amounts, ['tasks_done']) }}

    union all

    -- Whether an open task is late depends on when one looks; those of days that are over are late in any case.
    {{ day_part("(
        select
            manager_id,
            (due_at at time zone settings.time_zone)::date as day,
            count(*) filter (where is_overdue) as tasks_late,
            count(*) filter (where not is_completed and (due_at at time zone settings.time_zone)::date < today) as tasks_open
        from tasks
        cross join settings
        where
            due_at is not null
            and (is_overdue or not is_completed)
        group by 1, 2
    )", facts, amounts, ['tasks_late', 'tasks_open']) }}

    union all

    {{ day_part("(
        select
            manager_id,
            day,
            count(*) as overlapping_contacts
        from " ~ ref('int_client_overlaps') ~ "
        where day is not null
        group by manager_id, day
    )", facts, amounts, ['overlapping_contacts']) }}

),

final as (

    select
        manager_id,
        day,
        coalesce(bool_or(coalesce({{ facts | join(', 0) + coalesce(') }}, 0) > 0), false) as is_any,
        {%- for column in facts %}
        coalesce(sum({{ column }}), 0)::bigint as {{ column }},
        {%- endfor %}
        {%- for column in amounts %}
        coalesce(sum({{ column }}), 0)::numeric(18, 2) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from components
    group by manager_id, day

)

select * from final
