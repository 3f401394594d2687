{{ config(materialized='table', indexes=[{'columns': ['manager_ref']}]) }}

-- Whom the names of the configuration mean: a user of the CRM by e-mail, else by id, else by name. Who was removed from the list of
-- users but had deals is still known by id.

with

users as (

    select manager_id, crm_id, email, name, is_active, is_deleted from {{ ref('stg_amocrm__users') }}

    union all

    select
        owners.owner_id as manager_id,
        split_part(owners.owner_id, ':', 2) as crm_id,
        null as email,
        null as name,
        false as is_active,
        false as is_deleted
    from (
        select value as owner_id from ({{ distinct_values(ref('int_deal_history'), 'value', "attribute = 'owner'") }}) as found
    ) as owners
    where
        not exists (select from {{ ref('stg_amocrm__users') }} as listed where listed.manager_id = owners.owner_id)

),

refs as (

    select manager_ref from {{ source('conf', 'managers') }}
    union
    select manager_ref from {{ source('conf', 'manager_extensions') }}
    union
    select manager_ref from {{ source('conf', 'manager_mailboxes') }}

),

final as (

    select distinct on (refs.manager_ref)
        refs.manager_ref,
        users.manager_id
    from refs
    left join users
        on lower(btrim(refs.manager_ref)) in (lower(users.email), users.crm_id, lower(btrim(users.name)))
    order by
        refs.manager_ref,
        users.is_deleted,
        lower(btrim(refs.manager_ref)) = lower(users.email) desc nulls last,
        lower(btrim(refs.manager_ref)) = users.crm_id desc,
        users.is_active desc,
        users.manager_id

)

select * from final
