{{ config(
    materialized='incremental',
    unique_key='call_id',
    indexes=[{'columns': ['call_id']}, {'columns': ['loaded_xid']}],
    pre_hook="set local work_mem = '256MB'"
) }}

-- One row per call and person of ours on it: rung, or dialling. Times of one person are merged, since a phone system may write the
-- same talk on several legs.

with

{% if is_incremental() -%}
changed as (

    select call_id, max(loaded_xid) as loaded_xid
    from (
        select call_id, loaded_xid from {{ ref('int_calls__legs') }}
        where {{ changed_since_last_build('loaded_xid') }}

        union all

        select call_id, (select changed_xid from {{ ref('int_people_config') }})
        from {{ this }}
        where (select {{ changed_since_last_build('changed_xid') }} from {{ ref('int_people_config') }})
    ) as causes
    group by call_id

),
{%- endif %}

legs as (

    select
        legs.*
        {%- if is_incremental() %},
        changed.loaded_xid as cause_xid
        {%- endif %}
    from {{ ref('int_calls__legs') }} as legs
    {% if is_incremental() -%}
    inner join changed on changed.call_id = legs.call_id
    {%- endif %}

),

extensions as (

    select * from {{ ref('int_manager_extensions') }}

),

-- Names of the phone system's users that exactly one user of the CRM has.
named as (

    select
        lower(btrim(name)) as name,
        min(manager_id) as manager_id
    from {{ ref('stg_amocrm__users') }}
    where not is_deleted
    group by 1
    having count(*) = 1

),

merged as (

    select
        call_id,
        person,
        min(source_type) as source_type,
        min(account_id) as account_id,
        min(employee_ref) as employee_ref,
        min(employee_name) as employee_name,
        min(leg_direction) as leg_direction,
        max(queue) as queue,
        count(*)::int as legs,
        min(started_at) filter (where not is_deleted) as rung_at,
        max(ended_at) filter (where not is_deleted) as ended_at,
        -- Talk with a client, where there was any; what colleagues say to each other meanwhile is none.
        coalesce(
            range_agg(tstzrange(talk_from, talk_to)) filter (
                where not is_deleted and talk_to > talk_from and leg_direction <> 'internal'
            ),
            range_agg(tstzrange(talk_from, talk_to)) filter (where not is_deleted and talk_to > talk_from)
        ) as talk,
        (array_agg(result order by result) filter (where not is_deleted)) as results,
        bool_and(is_deleted) as is_deleted,
        max({{ 'greatest(loaded_xid, cause_xid)' if is_incremental() else 'loaded_xid' }}) as loaded_xid
    from legs
    where person is not null
    group by call_id, person

),

final as (

    select
        merged.call_id,
        merged.person,
        coalesce(extensions.manager_id, named.manager_id) as manager_id,
        merged.source_type,
        merged.account_id,
        merged.employee_ref,
        merged.employee_name,
        merged.queue,
        merged.leg_direction as direction,
        merged.leg_direction = 'out' as is_dialler,
        case
            when merged.talk is not null then 'answered'
            when 'busy' = all (merged.results) then 'busy'
            when 'no_answer' = any (merged.results) or 'cancelled' = any (merged.results) then 'no_answer'
            when 'failed' = any (merged.results) or 'congestion' = any (merged.results) then 'failed'
            when 'busy' = any (merged.results) then 'busy'
            else 'no_answer'
        end as result,
        merged.legs,
        extract(epoch from coalesce(lower(merged.talk), merged.ended_at) - merged.rung_at)::int as ring_seconds,
        coalesce(
            (select sum(extract(epoch from upper(talk.part) - lower(talk.part))) from unnest(merged.talk) as talk (part)),
            0
        )::int as talk_seconds,
        merged.is_deleted,
        merged.rung_at,
        lower(merged.talk) as answered_at,
        merged.loaded_xid
    from merged
    left join extensions
        on extensions.source_type = merged.source_type
        and extensions.account_id = merged.account_id
        and extensions.extension = merged.person
        and extensions.valid_from <= merged.rung_at
        and extensions.valid_to > merged.rung_at
    left join named on named.name = lower(btrim(merged.employee_name))

)

select * from final
