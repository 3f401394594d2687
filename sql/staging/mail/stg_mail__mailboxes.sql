-- A mailbox that is not configured any more was the company's all the same: its row is kept, and counts.

with

mailboxes as (

    select * from {{ source('imap', 'mailboxes') }}
    union all
    select * from {{ source('maildir', 'mailboxes') }}

),

final as (

    select
        account_id,
        id as mailbox,
        array(select jsonb_array_elements_text(payload -> 'addresses')) as addresses,
        array(select jsonb_array_elements_text(payload -> 'own_domains')) as own_domains,
        loaded_xid
    from mailboxes

)

select * from final
