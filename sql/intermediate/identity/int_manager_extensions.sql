{{ config(
    materialized='table',
    indexes=[{'columns': ['source_type', 'account_id', 'extension']}]
) }}

-- Whose an extension was and when, per phone system, without overlaps, from the configuration and from files: of two entries for the same moment the one that names the
-- phone system counts, then the one that began later. `valid_to` is the first moment after.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

pbx as (

    select source_type, account_id from {{ source('conf', 'pbx') }}

),

configured as (

    select
        pbx.source_type,
        pbx.account_id,
        btrim(entries.extension) as extension,
        refs.manager_id,
        entries.source is not null as names_source,
        coalesce(entries.valid_from::timestamp at time zone settings.time_zone, '-infinity') as valid_from,
        coalesce((entries.valid_to + 1)::timestamp at time zone settings.time_zone, 'infinity') as valid_to
    from {{ source('conf', 'manager_extensions') }} as entries
    inner join {{ ref('int_manager_refs') }} as refs on refs.manager_ref = entries.manager_ref
    inner join pbx on entries.source is null or pbx.account_id = entries.source
    left join settings on true
    where refs.manager_id is not null

    union all

    select
        pbx.source_type,
        pbx.account_id,
        btrim(entries.extension) as extension,
        managers.manager_id,
        entries.source is not null as names_source,
        coalesce(entries.valid_from::timestamp at time zone settings.time_zone, '-infinity') as valid_from,
        coalesce((entries.valid_to + 1)::timestamp at time zone settings.time_zone, 'infinity') as valid_to
    from {{ ref('stg_files__extensions') }} as entries
    inner join {{ ref('int_file_managers') }} as managers on managers.manager_ref = entries.manager_ref
    inner join pbx on entries.source is null or pbx.account_id = entries.source
    left join settings on true
    where
        managers.manager_id is not null
        and entries.extension is not null

),

-- Cut at every beginning and end, so that each piece has one owner.
edges as (

    select source_type, account_id, extension, valid_from as at from configured
    union
    select source_type, account_id, extension, valid_to from configured

),

pieces as (

    select
        source_type,
        account_id,
        extension,
        at as valid_from,
        lead(at) over (partition by source_type, account_id, extension order by at) as valid_to
    from edges

),

final as (

    select distinct on (pieces.source_type, pieces.account_id, pieces.extension, pieces.valid_from)
        pieces.source_type,
        pieces.account_id,
        pieces.extension,
        configured.manager_id,
        pieces.valid_from,
        pieces.valid_to
    from pieces
    inner join configured
        on configured.source_type = pieces.source_type
        and configured.account_id = pieces.account_id
        and configured.extension = pieces.extension
        and configured.valid_from <= pieces.valid_from
        and configured.valid_to >= pieces.valid_to
    where pieces.valid_to is not null
    order by
        pieces.source_type,
        pieces.account_id,
        pieces.extension,
        pieces.valid_from,
        configured.names_source desc,
        configured.valid_from desc,
        configured.manager_id

)

select * from final
