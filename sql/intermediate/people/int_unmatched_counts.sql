{{ config(materialized='table') }}

-- How many numbers and addresses of the last 90 days the CRM does not know, and how many people and managers nobody is: what data_health
-- tells without reading the calls. Names and numbers stay in fct_unmatched_identities.

with

settings as (

    select (({{ today() }} - 90)::timestamp at time zone time_zone) as since
    from {{ source('conf', 'settings') }}

),

recent_calls as (

    select
        source_type,
        account_id,
        client_hmac,
        client_number,
        unmatched_reason,
        unmatched_person
    from {{ ref('int_calls') }}
    cross join settings
    where
        started_at >= settings.since
        and not is_deleted

),

recent_messages as (

    select source_type, account_id, counterpart_hmac
    from {{ ref('int_messages') }}
    cross join settings
    where
        occurred_at >= settings.since
        and is_correspondence
        and unmatched_reason is not null

),

final as (

    select
        source_type,
        account_id,
        'client_number' as kind,
        count(distinct coalesce(client_hmac, client_number)) as identities
    from recent_calls
    where unmatched_reason = 'not_in_crm'
    group by source_type, account_id

    union all

    select
        source_type,
        account_id,
        'extension' as kind,
        count(distinct unmatched_person) as identities
    from recent_calls
    where unmatched_person is not null
    group by source_type, account_id

    union all

    select
        source_type,
        account_id,
        'client_address' as kind,
        count(distinct counterpart_hmac) as identities
    from recent_messages
    group by source_type, account_id

    union all

    select
        'voronka.yaml' as source_type,
        'voronka.yaml' as account_id,
        'manager' as kind,
        count(*) as identities
    from {{ ref('int_manager_refs') }}
    where manager_id is null

)

select * from final
