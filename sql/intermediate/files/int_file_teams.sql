{{ config(materialized='table', indexes=[{'columns': ['team_ref'], 'unique': true}]) }}

-- Which team the files mean: one of the CRM's, by name or id.

with

teams as (

    select distinct team_id, team
    from {{ ref('dim_managers') }}
    where team_id is not null

),

refs as (

    select team_ref from {{ ref('stg_files__targets') }}
    where team_ref is not null
    union
    select team_ref from {{ ref('stg_files__costs') }}
    where team_ref is not null

),

final as (

    select
        refs.team_ref,
        case when count(distinct teams.team_id) = 1 then min(teams.team_id) end as team_id,
        case
            when count(teams.team_id) = 0 then 'unknown_team'
            when count(distinct teams.team_id) > 1 then 'ambiguous_team'
        end as unmatched_reason,
        (select string_agg(distinct known.team, ', ' order by known.team) from teams as known) as nearest
    from refs
    left join teams
        on {{ folded_words('teams.team') }} = {{ folded_words('refs.team_ref') }}
        or btrim(refs.team_ref) in (teams.team_id, split_part(teams.team_id, ':', 2))
    group by refs.team_ref

)

select * from final
