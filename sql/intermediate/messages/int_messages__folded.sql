{{ config(
    materialized='incremental',
    unique_key='message_id',
    indexes=[{'columns': ['message_id'], 'unique': true}, {'columns': ['parent_id']}, {'columns': ['loaded_xid']}],
    pre_hook="set local work_mem = '256MB'"
) }}

-- One row per message, however many copies of it lie in folders, mailboxes and archives.

with

{% if is_incremental() -%}
changed as (

    select message_id from {{ ref('stg_imap__messages') }}
    where {{ changed_since_last_build('loaded_xid') }}

    union

    select message_id from {{ ref('stg_maildir__messages') }}
    where {{ changed_since_last_build('loaded_xid') }}

),
{%- endif %}

-- Joined before they are put together: each table has an index on the key, of which a union would know nothing.
copies as (

    select copies.* from {{ ref('stg_imap__messages') }} as copies
    {% if is_incremental() -%}
    inner join changed on changed.message_id = copies.message_id
    {%- endif %}

    union all

    select copies.* from {{ ref('stg_maildir__messages') }} as copies
    {% if is_incremental() -%}
    inner join changed on changed.message_id = copies.message_id
    {%- endif %}

),

-- Copies in lists and archives may have lost recipients or marks; the sender's own has them all, with Bcc.
fullest as (

    select distinct on (message_id) *
    from copies
    order by message_id, jsonb_array_length(parties) desc, copy_id

),

references_of as (

    select
        message_id,
        array_agg(distinct reference_id) filter (where reference_id <> message_id) as reference_ids
    from (
        select message_id, 'id:' || jsonb_array_elements_text(reference_ids) as reference_id from copies
        union all
        select message_id, parent_id from copies where parent_id is not null
    ) as named
    group by message_id

),

summed as (

    select
        message_id,
        array_agg(distinct mailbox order by mailbox) as mailboxes,
        array_agg(distinct mailbox order by mailbox) filter (where folder_role = 'sent') as sent_mailboxes,
        array_agg(distinct mailbox order by mailbox) filter (where folder_role is distinct from 'sent') as other_mailboxes,
        count(*)::int as copies,
        max(attachments) as attachments,
        bool_and(is_draft) as is_draft,
        bool_or(is_answered) as is_answered,
        -- A copy that was moved left one behind that is gone: only where it lies now tells.
        coalesce(bool_and(folder_role is not distinct from 'junk') filter (where not is_deleted), bool_and(folder_role is not distinct from 'junk')) as is_junk,
        bool_and(is_deleted) as is_deleted,
        bool_or(has_autoreply_mark) as has_autoreply_mark,
        bool_or(has_list_id) as has_list_id,
        bool_or(has_list_post) as has_list_post,
        bool_or(has_list_unsubscribe) as has_list_unsubscribe,
        bool_or(has_failed_recipients) as has_failed_recipients,
        bool_or(has_empty_return_path) as has_empty_return_path,
        max(auto_submitted) as auto_submitted,
        max(precedence) as precedence,
        max(report_type) as report_type,
        max(calendar_method) as calendar_method,
        min(date_at) as date_at,
        min(received_at) as received_at,
        min(stored_at) as stored_at,
        min(first_seen_at) as first_seen_at,
        max(loaded_xid) as loaded_xid
    from copies
    group by message_id

),

final as (

    select
        summed.message_id,
        fullest.source_type,
        fullest.account_id,
        fullest.parent_id,
        coalesce(references_of.reference_ids, '{}') as reference_ids,
        fullest.parties,
        summed.mailboxes,
        coalesce(summed.sent_mailboxes, '{}') as sent_mailboxes,
        coalesce(summed.other_mailboxes, '{}') as other_mailboxes,

        summed.auto_submitted,
        summed.precedence,
        summed.report_type,
        summed.calendar_method,

        summed.copies,
        summed.attachments,
        fullest.bytes,

        summed.is_draft,
        summed.is_answered,
        summed.is_junk,
        summed.is_deleted,
        summed.has_autoreply_mark,
        summed.has_list_id,
        summed.has_list_post,
        summed.has_list_unsubscribe,
        summed.has_failed_recipients,
        summed.has_empty_return_path,

        summed.date_at,
        summed.received_at,
        summed.stored_at,
        summed.first_seen_at,
        summed.loaded_xid
    from summed
    inner join fullest on fullest.message_id = summed.message_id
    left join references_of on references_of.message_id = summed.message_id

)

select * from final
