-- Numbers and persons of calls that nobody was found for, with the reason: what to add to the CRM or to voronka.yaml.

with

calls as (

    select * from {{ ref('int_calls') }}
    where not is_deleted

),

persons as (

    select * from {{ ref('int_calls__persons') }}
    where
        not is_deleted
        and manager_id is null

),

refs as (

    select * from {{ ref('int_manager_refs') }}
    where manager_id is null

),

final as (

    select
        'client_number' as kind,
        source_type as source,
        account_id,
        coalesce(client_e164, client_number) as value,
        unmatched_reason as reason,
        count(*) as calls,
        min(started_at) as first_at,
        max(started_at) as last_at
    from calls
    where unmatched_reason is not null
    group by source_type, account_id, coalesce(client_e164, client_number), unmatched_reason

    union all

    select
        'extension' as kind,
        source_type as source,
        account_id,
        person as value,
        case
            when person like 'number %' then 'outside_number_nobody_has'
            when person like 'user %' or person like 'name %' then 'user_not_in_crm'
            else 'extension_of_nobody'
        end as reason,
        count(*) as calls,
        min(rung_at) as first_at,
        max(rung_at) as last_at
    from persons
    group by source_type, account_id, person

    union all

    select
        'manager' as kind,
        null as source,
        null as account_id,
        manager_ref as value,
        'not_a_user_of_the_crm' as reason,
        0 as calls,
        null as first_at,
        null as last_at
    from refs

)

select * from final
