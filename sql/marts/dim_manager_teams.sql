{{ config(
    materialized='table',
    indexes=[{'columns': ['manager_team_id'], 'unique': true}, {'columns': ['manager_id', 'starts_at']}]
) }}

-- For each day the team that the configuration names for it; else the manager's configured team; else the CRM's group as it was seen then.
-- What was before the first sight of a user is as it was first seen.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}

),

users as (

    select * from {{ ref('stg_amocrm__users') }}

),

user_groups as (

    select * from {{ ref('stg_amocrm__user_groups') }}

),

refs as (

    select * from {{ ref('int_manager_refs') }}

),

versions as (

    select
        past.manager_id,
        past.team_id,
        past.group_name,
        past.superseded_at,
        past.seen_at
    from {{ ref('stg_amocrm__user_past_versions') }} as past

    union all

    select
        users.manager_id,
        users.team_id,
        users.group_name,
        null as superseded_at,
        'infinity'::timestamptz as seen_at
    from users

),

-- A team change shows when the list was read next; from that day on it holds. Of several in a day the last counts.
seen as (

    select
        versions.manager_id,
        versions.team_id,
        versions.group_name,
        (lag(versions.superseded_at) over history at time zone settings.time_zone)::date as from_day,
        (versions.superseded_at at time zone settings.time_zone)::date as before_day
    from versions
    cross join settings
    where versions.manager_id in (select manager_id from users)
    window history as (partition by versions.manager_id order by versions.superseded_at nulls last, versions.seen_at)

),

claims as (

    select
        refs.manager_id,
        null as team_id,
        teams.team,
        coalesce(teams.valid_from, '1900-01-01') as from_day,
        coalesce(teams.valid_to + 1, '9999-12-31') as before_day,
        1 as place
    from {{ source('conf', 'manager_teams') }} as teams
    inner join refs on refs.manager_ref = teams.manager_ref
    where refs.manager_id is not null

    union all

    select
        refs.manager_id,
        null as team_id,
        managers.team,
        '1900-01-01'::date as from_day,
        '9999-12-31'::date as before_day,
        2 as place
    from {{ source('conf', 'managers') }} as managers
    inner join refs on refs.manager_ref = managers.manager_ref
    where
        refs.manager_id is not null
        and managers.team is not null

    union all

    select
        seen.manager_id,
        seen.team_id,
        coalesce(
            user_groups.name,
            seen.group_name,
            case when split_part(seen.team_id, ':', 2) = '0' then 'Default team' end,
            'Unknown team ' || split_part(seen.team_id, ':', 2)
        ) as team,
        coalesce(seen.from_day, '1900-01-01') as from_day,
        coalesce(seen.before_day, '9999-12-31') as before_day,
        3 as place
    from seen
    left join user_groups on user_groups.team_id = seen.team_id
    where coalesce(seen.before_day, '9999-12-31') > coalesce(seen.from_day, '1900-01-01')

),

bounds as (

    select manager_id, from_day as day from claims
    union
    select manager_id, before_day from claims

),

pieces as (

    select
        manager_id,
        day as from_day,
        lead(day) over (partition by manager_id order by day) as before_day
    from bounds

),

chosen as (

    select distinct on (pieces.manager_id, pieces.from_day)
        pieces.manager_id,
        pieces.from_day,
        pieces.before_day,
        -- A configured team that the CRM has as a group is that group.
        coalesce(claims.team_id, named.team_id, split_part(pieces.manager_id, ':', 1) || ':team:' || claims.team) as team_id,
        coalesce(named.name, claims.team) as team
    from pieces
    inner join claims
        on claims.manager_id = pieces.manager_id
        and claims.from_day <= pieces.from_day
        and claims.before_day >= pieces.before_day
    left join user_groups as named
        on claims.team_id is null
        and named.account_id = split_part(pieces.manager_id, ':', 1)
        and lower(btrim(named.name)) = lower(btrim(claims.team))
    order by pieces.manager_id, pieces.from_day, claims.place, claims.from_day desc, claims.team, named.team_id

),

changes as (

    select
        *,
        team_id is distinct from lag(team_id) over (partition by manager_id order by from_day)
        or from_day is distinct from lag(before_day) over (partition by manager_id order by from_day) as is_change
    from chosen

),

numbered as (

    select
        *,
        count(*) filter (where is_change) over (partition by manager_id order by from_day) as spell
    from changes

),

spells as (

    select
        manager_id,
        spell,
        min(team_id) as team_id,
        min(team) as team,
        min(from_day) as from_day,
        max(before_day) as before_day
    from numbered
    group by manager_id, spell

),

final as (

    select
        spells.manager_id || ':' || spells.from_day as manager_team_id,
        spells.manager_id,
        spells.team_id,

        spells.team,

        spells.from_day,
        spells.before_day,
        spells.from_day::timestamp at time zone settings.time_zone as starts_at,
        spells.before_day::timestamp at time zone settings.time_zone as ends_at
    from spells
    cross join settings

)

select * from final
