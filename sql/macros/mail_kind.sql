{#
  What a message is, from its headers: person, auto_reply, automatic, bounce, receipt, calendar, newsletter, junk or draft. The order
  decides where several hold; the rules are in docs/mail.md.
#}
{% macro mail_kind(message, sender) -%}
    case
        when {{ message }}.is_draft then 'draft'
        when {{ is_delivery_report(message, sender) }} then 'bounce'
        when {{ message }}.report_type = 'disposition-notification' then 'receipt'
        when {{ message }}.calendar_method is not null then 'calendar'
        when
            {{ message }}.auto_submitted = 'auto-replied'
            or {{ message }}.has_autoreply_mark
            or {{ message }}.precedence = 'auto_reply'
            or {{ message }}.has_empty_return_path
            then 'auto_reply'
        when {{ message }}.auto_submitted <> 'no' then 'automatic'
        when {{ sender }} ~ '^(no|do[-_.]?not)[-_.]?reply([-_.+][^@]*)?@' then 'automatic'
        -- A list that can be written to is a conversation, and so is a shared mailbox that a provider runs as a group.
        when
            not {{ message }}.has_list_post
            and (
                {{ message }}.has_list_unsubscribe
                or {{ message }}.has_list_id
                or {{ message }}.precedence in ('bulk', 'junk')
            )
            then 'newsletter'
        when {{ message }}.is_junk then 'junk'
        else 'person'
    end
{%- endmacro %}

{# A server says that a message did not arrive. #}
{% macro is_delivery_report(message, sender) -%}
    (
        {{ message }}.report_type = 'delivery-status'
        or {{ message }}.has_failed_recipients
        or ({{ message }}.has_empty_return_path and {{ sender }} ~ '^(mailer-daemon|postmaster)@')
    )
{%- endmacro %}
