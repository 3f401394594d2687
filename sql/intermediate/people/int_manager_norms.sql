-- Norms of a working day by manager, team and stretch of days: the manager's own before the team's before everybody's, and of the same
-- kind the one written last.

with

-- Not by int_manager_refs: a changed norm would then rebuild the calls, which hang on it.
refs as (

    select distinct on (norms.manager_ref)
        norms.manager_ref,
        managers.manager_id
    from {{ source('conf', 'norms') }} as norms
    inner join {{ ref('dim_managers') }} as managers
        on lower(btrim(norms.manager_ref)) in (lower(managers.email), managers.crm_id, lower(btrim(managers.name)))
    order by
        norms.manager_ref,
        lower(btrim(norms.manager_ref)) = lower(managers.email) desc nulls last,
        lower(btrim(norms.manager_ref)) = managers.crm_id desc,
        managers.is_active desc,
        managers.manager_id

),

norms as (

    select
        norms.*,
        refs.manager_id,
        coalesce(norms.valid_from, '1900-01-01') as from_day,
        coalesce(norms.valid_to + 1, '9999-12-31') as before_day
    from {{ source('conf', 'norms') }} as norms
    left join refs on refs.manager_ref = norms.manager_ref
    where
        norms.manager_ref is null
        or refs.manager_id is not null

),

bounds as (

    select from_day as day from norms
    union
    select before_day from norms

),

eras as (

    select
        day as from_day,
        lead(day) over (order by day) as before_day
    from bounds

),

spells as (

    select distinct manager_id, team_id, team from {{ ref('dim_manager_teams') }}

),

chosen as (

    select distinct on (spells.manager_id, spells.team_id, eras.from_day, norms.metric)
        spells.manager_id,
        spells.team_id,
        eras.from_day,
        eras.before_day,
        norms.metric,
        norms.value
    from spells
    cross join eras
    inner join norms
        on norms.from_day <= eras.from_day
        and norms.before_day >= eras.before_day
        and (norms.manager_id is null or norms.manager_id = spells.manager_id)
        and (norms.team is null or lower(btrim(norms.team)) = lower(btrim(spells.team)) or btrim(norms.team) = spells.team_id)
    order by
        spells.manager_id,
        spells.team_id,
        eras.from_day,
        norms.metric,
        norms.manager_id is null,
        norms.team is null,
        norms.position desc

),

final as (

    select
        manager_id,
        team_id,
        from_day,
        before_day,
        max(value) filter (where metric = 'calls') as calls_norm,
        max(value) filter (where metric = 'talk_minutes') * 60 as talk_norm,
        max(value) filter (where metric = 'emails') as emails_norm,
        max(value) filter (where metric = 'proposals') as proposals_norm,
        max(value) filter (where metric = 'meetings') as meetings_norm,
        max(value) filter (where metric = 'call_hours') as call_hours_norm,
        max(value) filter (where metric = 'mail_hours') as mail_hours_norm,
        max(value) filter (where metric = 'meeting_hours') as meeting_hours_norm
    from chosen
    group by manager_id, team_id, from_day, before_day

)

select * from final
