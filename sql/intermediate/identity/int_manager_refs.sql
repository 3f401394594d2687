{{ config(materialized='table', indexes=[{'columns': ['manager_ref']}]) }}

-- Whom the names of the configuration mean: a user of the CRM by e-mail, else by id, else by name.

with

users as (

    select * from {{ ref('stg_amocrm__users') }}

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
