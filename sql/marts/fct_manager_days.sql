{{ config(
    materialized='table',
    indexes=[
        {'columns': ['manager_day_id'], 'unique': true},
        {'columns': ['occurred_at']},
        {'columns': ['manager_id', 'day']}
    ]
) }}

-- The scorecard: what was done on each day (int_manager_facts) beside what was planned and what the norm is, with the days on which a manager
-- was at work and did nothing.

{%- set facts = day_facts() %}
{%- set amounts = day_amounts() %}
{%- set plans = ['amount', 'deals', 'new_clients', 'proposals', 'calls', 'emails', 'meetings', 'tasks'] %}

with

settings as (

    select
        conf.time_zone,
        regulation.email_minutes,
        {{ today() }} as today
    from {{ source('conf', 'settings') }} as conf
    cross join {{ source('conf', 'regulation') }} as regulation
    limit 1

),

managers as (

    select * from {{ ref('dim_managers') }}

),

teams as (

    select * from {{ ref('dim_manager_teams') }}

),

business_days as (

    select day, is_working from {{ ref('int_business_days') }}

),

done as (

    select * from {{ ref('int_manager_facts') }}

),

-- Days of a manager at work: from the first to the last that is configured, else from the first to the last thing known; of who still
-- works, to today.
spans as (

    select
        managers.manager_id,
        coalesce(min(configured.valid_from), min(known.first_day)) as first_day,
        least(
            coalesce(
                max(configured.valid_to),
                case when bool_or(managers.is_active) then max(settings.today) end,
                max(known.last_day)
            ),
            max(settings.today)
        ) as last_day
    from managers
    cross join settings
    left join (
        select manager_id, min(day) as first_day, max(day) as last_day
        from done
        where
            leads_new + proposals_sent + deals_won + deals_lost + calls_out + calls_in + emails_sent + emails_received
            + meetings_held + tasks_done + crm_actions > 0
        group by manager_id
    ) as known on known.manager_id = managers.manager_id
    left join {{ ref('int_manager_refs') }} as refs on refs.manager_id = managers.manager_id
    left join {{ source('conf', 'managers') }} as configured on configured.manager_ref = refs.manager_ref
    where managers.is_known
    group by managers.manager_id

),

at_work as (

    select
        spans.manager_id,
        business_days.day,
        business_days.is_working
    from spans
    inner join business_days
        on business_days.day >= spans.first_day
        and business_days.day <= spans.last_day

),

planned as (

    select
        manager_id,
        case when manager_id is null then team_id end as plan_team_id,
        day,
        {%- for metric in plans %}
        sum(value) filter (where metric = '{{ metric }}') as plan_{{ metric }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_plan_days') }}
    group by 1, 2, 3

),

-- Of one manager and day; what no manager has of a plan keeps the team it is of.
keys as (

    select manager_id, null::text as plan_team_id, day from at_work
    union
    select manager_id, null, day from done
    union
    select manager_id, plan_team_id, day from planned

),

named_teams as (

    select team_id, min(team) as team
    from (
        select team_id, team from teams
        union
        select team_id, team from managers
    ) as named
    where team_id is not null
    group by team_id

),

joined as (

    select
        keys.manager_id,
        coalesce(teams.team_id, managers.team_id, keys.plan_team_id) as team_id,
        keys.day,
        {%- for column in facts %}
        coalesce(done.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {%- for column in amounts %}
        coalesce(done.{{ column }}, 0)::numeric(18, 2) as {{ column }},
        {%- endfor %}
        {%- for metric in plans %}
        planned.plan_{{ metric }},
        {%- endfor %}
        at_work.manager_id is not null as is_at_work,
        coalesce(at_work.is_working, false) as is_working_day,
        done.day is not null and done.is_any as has_facts
    from keys
    left join at_work
        on at_work.manager_id = keys.manager_id
        and at_work.day = keys.day
    left join done
        on coalesce(done.manager_id, '') = coalesce(keys.manager_id, '')
        and done.day = keys.day
        and keys.plan_team_id is null
    left join planned
        on coalesce(planned.manager_id, '') = coalesce(keys.manager_id, '')
        and coalesce(planned.plan_team_id, '') = coalesce(keys.plan_team_id, '')
        and planned.day = keys.day
    left join managers on managers.manager_id = keys.manager_id
    left join teams
        on teams.manager_id = keys.manager_id
        and teams.from_day <= keys.day
        and teams.before_day > keys.day

),

-- Days that lie ahead, and those on which a manager was not at work, say something only by what stands in them.
kept as (

    select * from joined
    where
        is_at_work
        or has_facts
        or coalesce(plan_{{ plans | join(', plan_') }}) is not null

),

-- What a manager did, working day by working day: the last three against the twenty before them, and the week for norms below one a day.
worked as (

    select
        manager_id,
        day,
        sum(contacts) over (working_days rows between 2 preceding and current row) / 3.0 as activity_recent,
        case
            when count(*) over (working_days rows between 22 preceding and current row) = 23
                then sum(contacts) over (working_days rows between 22 preceding and 3 preceding) / 20.0
        end as activity_before,
        count(*) over week as days_of_week,
        sum(calls_out + calls_in_answered) over week as calls_of_week,
        sum(talk_seconds) over week as talk_of_week,
        sum(proposals_sent) over week as proposals_of_week,
        sum(meetings_held) over week as meetings_of_week
    from (
        select *, calls_answered + emails_sent + meetings_held + crm_actions as contacts
        from kept
        where is_working_day
    ) as days
    window
        working_days as (partition by manager_id order by day),
        week as (partition by manager_id order by day rows between 4 preceding and current row)

),

norms as (

    select * from {{ ref('int_manager_norms') }}

),

-- A norm below one a day is met when the last five working days meet it together.
normed as (

    select
        kept.manager_id,
        kept.day,
        norms.calls_norm,
        norms.talk_norm,
        norms.emails_norm,
        norms.proposals_norm,
        norms.meetings_norm,
        norms.call_hours_norm,
        norms.mail_hours_norm,
        norms.meeting_hours_norm,
        case
            when coalesce(norms.calls_norm, norms.talk_norm, norms.proposals_norm, norms.meetings_norm) is not null then
                {%- for norm in [
                    ['calls_norm', 'kept.calls_out + kept.calls_in_answered', 'calls_of_week'],
                    ['talk_norm', 'kept.talk_seconds', 'talk_of_week'],
                    ['proposals_norm', 'kept.proposals_sent', 'proposals_of_week'],
                    ['meetings_norm', 'kept.meetings_held', 'meetings_of_week']
                ] %}
                coalesce(
                    case
                        when norms.{{ norm[0] }} < 1 then worked.{{ norm[2] }} >= norms.{{ norm[0] }} * worked.days_of_week
                        else {{ norm[1] }} >= norms.{{ norm[0] }}
                    end,
                    true
                ){{ ' and' if not loop.last }}
                {%- endfor %}
        end as is_norm_met
    from kept
    inner join worked
        on worked.manager_id = kept.manager_id
        and worked.day = kept.day
    inner join norms
        on norms.manager_id = kept.manager_id
        and norms.team_id = kept.team_id
        and norms.from_day <= kept.day
        and norms.before_day > kept.day

),

final as (

    select
        concat_ws(':', coalesce(kept.manager_id, 'nobody'), coalesce(kept.team_id, 'no team'), kept.day) as manager_day_id,
        kept.manager_id,
        kept.team_id,

        named_teams.team,

        {% for column in facts -%}
        kept.{{ column }},
        {% endfor -%}
        {% for column in amounts -%}
        kept.{{ column }},
        {% endfor -%}
        (kept.emails_sent * settings.email_minutes * 60)::bigint as mail_seconds,
        {% for metric in plans -%}
        kept.plan_{{ metric }},
        {% endfor %}
        normed.calls_norm,
        normed.talk_norm,
        normed.emails_norm,
        normed.proposals_norm,
        normed.meetings_norm,
        normed.call_hours_norm,
        normed.mail_hours_norm,
        normed.meeting_hours_norm,
        case when worked.activity_before is not null then worked.activity_recent end as activity_recent,
        worked.activity_before,

        kept.is_at_work,
        kept.is_working_day,
        kept.has_facts,
        normed.is_norm_met,

        kept.day,
        kept.day::timestamp at time zone settings.time_zone as occurred_at
    from kept
    cross join settings
    left join named_teams on named_teams.team_id = kept.team_id
    left join worked
        on worked.manager_id = kept.manager_id
        and worked.day = kept.day
    left join normed
        on normed.manager_id = kept.manager_id
        and normed.day = kept.day

)

select * from final
