{{ config(materialized='table') }}

-- What the files name and nobody knows: rows that are loaded and kept, but count for nobody, or not at all, until they are corrected.

with

managers as (

    select * from {{ ref('int_file_managers') }}
    where unmatched_reason is not null

),

teams as (

    select * from {{ ref('int_file_teams') }}
    where unmatched_reason is not null

),

settings as (

    select currency from {{ source('conf', 'settings') }}
    limit 1

),

rows_of_managers as (

    select account_id, file, sheet, row_number, manager_ref, 'targets' as kind from {{ ref('stg_files__targets') }}
    union all
    select account_id, file, sheet, row_number, manager_ref, 'costs' from {{ ref('stg_files__costs') }}
    union all
    select account_id, file, sheet, row_number, manager_ref, 'surveys' from {{ ref('stg_files__surveys') }}
    union all
    select account_id, file, sheet, row_number, manager_ref, 'call_reviews' from {{ ref('stg_files__call_reviews') }}
    union all
    select account_id, file, sheet, row_number, manager_ref, 'trainings' from {{ ref('stg_files__trainings') }}
    union all
    select account_id, payload ->> 'file', payload ->> 'sheet', (payload ->> 'row')::int, payload #>> '{values,manager}', 'extensions'
    from {{ source('files', 'extensions') }}
    where not is_deleted
    union all
    select account_id, payload ->> 'file', payload ->> 'sheet', (payload ->> 'row')::int, payload #>> '{values,manager}', 'mailboxes'
    from {{ source('files', 'mailboxes') }}
    where not is_deleted

),

rows_of_teams as (

    select account_id, file, sheet, row_number, team_ref, 'targets' as kind from {{ ref('stg_files__targets') }}
    where manager_ref is null
    union all
    select account_id, file, sheet, row_number, team_ref, 'costs' from {{ ref('stg_files__costs') }}

),

issues as (

    select
        rows_of_managers.*,
        'manager' as "column",
        managers.unmatched_reason as issue,
        case managers.unmatched_reason
            when 'ambiguous_manager' then 'is the name of several users of the CRM; write the e-mail instead'
            else 'is no user of the CRM by e-mail, id or name' || coalesce('; the nearest are ' || managers.nearest, '')
        end as reason
    from rows_of_managers
    inner join managers using (manager_ref)

    union all

    select
        rows_of_teams.*,
        'team' as "column",
        teams.unmatched_reason as issue,
        'is no team of the CRM' || coalesce('; there are ' || teams.nearest, '') as reason
    from rows_of_teams
    inner join teams using (team_ref)

    union all

    select distinct
        account_id, file, sheet, row_number, currency, 'targets', 'currency', unmatched_reason,
        'has no exchange rate to ' || (select currency from settings) || ' on ' || period_from
        || '; add one to a file of exchange_rates: the row counts for nothing without'
    from {{ ref('fct_targets') }}
    where unmatched_reason = 'no_exchange_rate'

    union all

    select
        account_id, file, sheet, row_number, currency, 'costs', 'currency', unmatched_reason,
        'has no exchange rate to ' || (select currency from settings) || ' on ' || period_to
        || '; add one to a file of exchange_rates: the row counts for nothing without'
    from {{ ref('fct_costs') }}
    where unmatched_reason = 'no_exchange_rate'

    union all

    select distinct
        account_id, file, sheet, row_number, coalesce(manager_ref, team_ref), 'targets', level, 'repeated_target',
        'has a plan for the same period in another row, under another spelling; that one counts'
    from {{ ref('fct_targets') }}
    where is_repeated

    union all

    select
        account_id, file, sheet, row_number, client_ref, 'surveys', 'client', unmatched_reason,
        case unmatched_reason
            when 'ambiguous_client' then 'is the name of several clients; write the CRM id instead'
            else 'is no client of the CRM by name or id; the answer counts all the same'
        end
    from {{ ref('fct_surveys') }}
    where unmatched_reason in ('unknown_client', 'ambiguous_client')

),

final as (

    select
        account_id,
        kind,
        file,
        sheet,
        row_number,
        "column",
        manager_ref as value,
        issue,
        reason
    from issues

)

select * from final
