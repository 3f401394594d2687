{{ config(materialized='table', indexes=[{'columns': ['manager_id'], 'unique': true}]) }}

with

users as (

    select * from {{ ref('stg_amocrm__users') }}

),

-- Whoever a fact names, though the list of users does not: removed, or hidden from the token.
met as (

    select value as manager_id from ({{ distinct_values(ref('int_deal_history'), 'value', "attribute = 'owner'") }}) as owners
    union
    select value from ({{ distinct_values(ref('int_deal_history'), 'actor_id') }}) as actors
    union
    select value from ({{ distinct_values(ref('int_deals'), 'created_by_id') }}) as creators
    union
    select value from ({{ distinct_values(ref('int_deals'), 'deleted_by_id') }}) as deleters
    union
    select manager_id from {{ ref('int_activity_days') }}
    where crm_actions > 0
    union
    select manager_id from {{ ref('fct_tasks') }}
    union
    select created_by_id from {{ ref('fct_tasks') }}
    union
    select completed_by_id from {{ ref('fct_tasks') }}
    union
    select manager_id from {{ ref('int_calls__crm') }}

),

-- The team of today.
teams as (

    select manager_id, team_id, team from {{ ref('dim_manager_teams') }}
    where
        from_day <= {{ today() }}
        and before_day > {{ today() }}

),

known as (

    select
        users.manager_id,
        users.account_id,
        users.crm_id,
        users.name,
        users.email,
        teams.team_id,
        teams.team,
        users.is_active and not users.is_deleted as is_active,
        users.is_admin,
        true as is_known
    from users
    left join teams on teams.manager_id = users.manager_id

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
        teams.team_id,
        teams.team,
        false as is_active,
        false as is_admin,
        false as is_known
    from met
    left join users on users.manager_id = met.manager_id
    left join teams on teams.manager_id = met.manager_id
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
