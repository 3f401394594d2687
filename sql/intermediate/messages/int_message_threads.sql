{{ config(
    materialized='incremental',
    unique_key='node',
    indexes=[{'columns': ['node'], 'unique': true}, {'columns': ['thread_id']}, {'columns': ['loaded_xid']}],
    pre_hook="set local work_mem = '256MB'"
) }}

-- Which messages hang together by what they name in In-Reply-To and References, never by subject: the connected components of that
-- graph, messages that nobody has (lost, or written elsewhere) included, because they hold their answers together. A build looks
-- again at the threads that a changed message touches, and at those only.

with

{% if is_incremental() -%}
changed as (

    select message_id, reference_ids from {{ ref('int_messages__folded') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

touched as (

    select message_id as node from changed
    union
    select unnest(reference_ids) from changed

),

touched_threads as (

    select distinct threads.thread_id
    from {{ this }} as threads
    inner join touched on touched.node = threads.node

),

affected as (

    select node from touched
    union
    select threads.node
    from {{ this }} as threads
    inner join touched_threads on touched_threads.thread_id = threads.thread_id

),
{%- endif %}

messages as (

    select
        messages.message_id,
        messages.reference_ids,
        messages.loaded_xid
    from {{ ref('int_messages__folded') }} as messages
    {% if is_incremental() -%}
    inner join affected on affected.node = messages.message_id
    {%- endif %}

),

edges as (

    -- A message alone is a thread of one.
    select message_id, message_id as named_id from messages
    union
    select message_id, unnest(reference_ids) from messages

),

nodes as (

    -- Numbered in the order of their names, whatever the database's collation is.
    select
        node,
        row_number() over (order by node collate "C")::int as node_no
    from (
        select message_id as node from edges
        union
        select named_id from edges
    ) as named

),

pairs as (

    select
        array_agg(messages.node_no) as messages,
        array_agg(named.node_no) as named
    from edges
    inner join nodes as messages on messages.node = edges.message_id
    inner join nodes as named on named.node = edges.named_id

),

components as (

    select found.node, found.component
    from pairs
    cross join lateral ops.connected_components(pairs.messages, pairs.named) as found

),

last_loads as (

    select
        components.component,
        max(messages.loaded_xid) as loaded_xid
    from components
    inner join nodes on nodes.node_no = components.node
    inner join messages on messages.message_id = nodes.node
    group by components.component

),

final as (

    select
        nodes.node,
        roots.node as thread_id,
        last_loads.loaded_xid
    from components
    inner join nodes on nodes.node_no = components.node
    inner join nodes as roots on roots.node_no = components.component
    inner join last_loads on last_loads.component = components.component

)

select * from final
