-- A view over voronka's own notes, so that it tells how fresh the data is at the moment of asking, also while builds fail.

with

streams as (

    select * from {{ source('ops', 'streams') }}

),

cursors as (

    select * from {{ source('ops', 'cursors') }}

),

open_rejects as (

    select
        source,
        account_id,
        stream,
        count(*) as rejected
    from {{ source('ops', 'rejects') }}
    where resolved_at is null
    group by source, account_id, stream

),

regulation as (

    select stale_seconds from {{ source('conf', 'regulation') }}

),

builds as (

    select max(finished_at) as last_build_at
    from {{ source('ops', 'builds') }}
    where status = 'succeeded'

),

of_streams as (

    select
        streams.source as source_type,
        streams.account_id,
        streams.stream,
        greatest(streams.last_load_at, cursors.updated_at) as last_loaded_at,
        streams.rows - streams.deleted as rows_loaded,
        coalesce(open_rejects.rejected, 0) as rejected_records,
        null::bigint as unmatched_identities
    from streams
    left join cursors
        on cursors.source = streams.source
        and cursors.account_id = streams.account_id
        and cursors.stream = streams.stream
    left join open_rejects
        on open_rejects.source = streams.source
        and open_rejects.account_id = streams.account_id
        and open_rejects.stream = streams.stream

),

of_identities as (

    select
        source_type,
        account_id,
        'identity: ' || kind as stream,
        null::timestamptz as last_loaded_at,
        null::bigint as rows_loaded,
        null::bigint as rejected_records,
        identities as unmatched_identities
    from {{ ref('int_unmatched_counts') }}

),

combined as (

    select * from of_streams
    union all
    select * from of_identities

),

final as (

    select
        concat_ws(':', combined.source_type, combined.account_id, combined.stream) as health_id,
        combined.account_id,

        -- An account's number says nothing to a reader; other systems have the source's name in its place.
        case when combined.account_id ~ '^[0-9]+$' then combined.source_type else combined.account_id end as source,
        combined.source_type,
        combined.stream,

        combined.rows_loaded,
        combined.rejected_records,
        combined.unmatched_identities,
        regulation.stale_seconds as stale_after_seconds,

        combined.last_loaded_at,
        builds.last_build_at
    from combined
    cross join regulation
    left join builds on true

)

select * from final
