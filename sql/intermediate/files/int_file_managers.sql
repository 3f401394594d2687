{{ config(materialized='table', indexes=[{'columns': ['manager_ref'], 'unique': true}]) }}

-- Whom the files mean: a user of the CRM by e-mail, else by id, else by name, whatever the order of its words. A name that two users
-- have means neither. `nearest` are the known names that have the most letters in common, for whoever corrects the file.

with

users as (

    select
        manager_id,
        crm_id,
        name,
        lower(btrim(email)) as email,
        {{ folded_words('name') }} as words,
        is_active and not is_deleted as is_active
    from {{ ref('stg_amocrm__users') }}

    -- Who was removed from the list of users but had deals is still known by id.
    union all

    select
        owners.owner_id as manager_id,
        split_part(owners.owner_id, ':', 2) as crm_id,
        null as name,
        null as email,
        null as words,
        false as is_active
    from (select distinct owner_id from {{ ref('int_deal_ownership') }}) as owners
    where
        owners.owner_id is not null
        and not exists (select from {{ ref('stg_amocrm__users') }} as listed where listed.manager_id = owners.owner_id)

),

refs as (

    select manager_ref from {{ ref('stg_files__targets') }}
    union
    select manager_ref from {{ ref('stg_files__costs') }}
    union
    select manager_ref from {{ ref('stg_files__surveys') }}
    union
    select manager_ref from {{ ref('stg_files__call_reviews') }}
    union
    select manager_ref from {{ ref('stg_files__trainings') }}
    union
    select manager_ref from {{ ref('stg_files__extensions') }}
    union
    select manager_ref from {{ ref('stg_files__mailboxes') }}

),

candidates as (

    select
        refs.manager_ref,
        users.manager_id,
        -- Of several who fit, those who fit best: by address before id before name, who still works before who left.
        rank() over (
            partition by refs.manager_ref
            order by
                case
                    when users.email = lower(btrim(refs.manager_ref)) then 1
                    when users.crm_id = btrim(refs.manager_ref) then 2
                    else 3
                end,
                users.is_active desc
        ) as place
    from refs
    inner join users
        on users.email = lower(btrim(refs.manager_ref))
        or users.crm_id = btrim(refs.manager_ref)
        or users.words = {{ folded_words('refs.manager_ref') }}
    where refs.manager_ref is not null

),

best as (

    select
        manager_ref,
        min(manager_id) as manager_id,
        count(*) as fitting
    from candidates
    where place = 1
    group by manager_ref

),

unknown as (

    select
        refs.manager_ref,
        string_agg(near.name, ', ' order by near.likeness desc, near.name) as nearest
    from refs
    left join best on best.manager_ref = refs.manager_ref
    cross join lateral (
        select
            users.name,
            {{ likeness(
                "case when refs.manager_ref like '%@%' then coalesce(users.email, '') else users.words end",
                "case when refs.manager_ref like '%@%' then refs.manager_ref else " ~ folded_words('refs.manager_ref') ~ " end"
            ) }} as likeness
        from users
        where users.name is not null
        order by likeness desc, users.is_active desc, users.name
        limit 3
    ) as near
    where
        refs.manager_ref is not null
        and best.manager_ref is null
        and near.likeness > 0.1
    group by refs.manager_ref

),

final as (

    select
        refs.manager_ref,
        case when best.fitting = 1 then best.manager_id end as manager_id,
        case
            when best.manager_ref is null then 'unknown_manager'
            when best.fitting > 1 then 'ambiguous_manager'
        end as unmatched_reason,
        unknown.nearest
    from refs
    left join best on best.manager_ref = refs.manager_ref
    left join unknown on unknown.manager_ref = refs.manager_ref
    where refs.manager_ref is not null

)

select * from final
