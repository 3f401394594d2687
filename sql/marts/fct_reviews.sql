{{ config(materialized='table', indexes=[{'columns': ['review_item_id'], 'unique': true}]) }}

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

items as (

    select * from {{ ref('stg_files__call_reviews') }}

),

final as (

    select
        items.review_item_id,
        -- The call that was listened to; two reviewers of one call are two reviews of it.
        items.account_id || ':' || items.call_id as reviewed_call_id,
        items.account_id,
        managers.manager_id,
        null::text as client_id,
        null::text as deal_id,

        items.manager_ref,
        items.call_id,
        items.item,
        items.reviewer,
        items.comment,
        items.file,
        items.sheet,

        items.row_number,
        items.score,
        items.max_score,

        managers.unmatched_reason,

        items.call_on,
        items.call_on::timestamp at time zone settings.time_zone as occurred_at
    from items
    left join settings on true
    left join {{ ref('int_file_managers') }} as managers on managers.manager_ref = items.manager_ref

)

select * from final
