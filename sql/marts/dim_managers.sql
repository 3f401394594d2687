{{ config(materialized='table', indexes=[{'columns': ['manager_id'], 'unique': true}]) }}

with

users as (

    select * from {{ ref('stg_amocrm__users') }}

),

user_groups as (

    select * from {{ ref('stg_amocrm__user_groups') }}

),

-- Whoever a fact names, though the list of users does not: removed, or hidden from the token.
met as (

    select owner_id as manager_id from {{ ref('int_deal_ownership') }}
    union
    select actor_id from {{ ref('int_deal_history') }}
    union
    select created_by_id from {{ ref('int_deals') }}
    union
    select deleted_by_id from {{ ref('int_deals') }}
    union
    select manager_id from {{ ref('fct_activities') }}
    union
    select manager_id from {{ ref('fct_tasks') }}
    union
    select created_by_id from {{ ref('fct_tasks') }}
    union
    select completed_by_id from {{ ref('fct_tasks') }}
    union
    select manager_id from {{ ref('int_calls__crm') }}

),

configured_teams as (

    select
        refs.manager_id,
        min(managers.team) as team
    from {{ source('conf', 'managers') }} as managers
    inner join {{ ref('int_manager_refs') }} as refs on refs.manager_ref = managers.manager_ref
    where managers.team is not null
    group by refs.manager_id

),

known as (

    select
        users.manager_id,
        users.account_id,
        users.crm_id,
        users.name,
        users.email,
        case when configured_teams.team is null then users.team_id else users.account_id || ':team:' || configured_teams.team end
            as team_id,
        coalesce(
            configured_teams.team,
            user_groups.name,
            users.group_name,
            case when users.team_id = users.account_id || ':0' then 'Default team' end,
            'Unknown team ' || split_part(users.team_id, ':', 2)
        ) as team,
        users.is_active and not users.is_deleted as is_active,
        users.is_admin,
        true as is_known
    from users
    left join user_groups on user_groups.team_id = users.team_id
    left join configured_teams on configured_teams.manager_id = users.manager_id

),

unknown as (

    select
        met.manager_id,
        split_part(met.manager_id, ':', 1) as account_id,
        split_part(met.manager_id, ':', 2) as crm_id,
        case
            when split_part(met.manager_id, ':', 2) = '0' then 'Robot'
            else 'Unknown user ' || split_part(met.manager_id, ':', 2)
        end as name,
        null as email,
        null as team_id,
        null as team,
        false as is_active,
        false as is_admin,
        false as is_known
    from met
    left join users on users.manager_id = met.manager_id
    where
        met.manager_id is not null
        and users.manager_id is null

),

final as (

    select * from known
    union all
    select * from unknown

)

select * from final
