{# What is counted of a manager's day, and the sums of money. Columns of int_manager_facts and of fct_manager_days. #}
{% macro day_facts() -%}
    {{ return([
        'leads_new', 'proposals_sent', 'deals_won', 'deals_lost', 'new_clients',
        'calls_out', 'calls_in', 'calls_answered', 'calls_in_answered', 'calls_missed', 'talk_seconds',
        'emails_sent', 'emails_received', 'chats_sent',
        'meetings_held', 'presentations_held', 'meeting_seconds',
        'tasks_done', 'tasks_late', 'tasks_open', 'crm_actions', 'overlapping_contacts'
    ]) }}
{%- endmacro %}
{% macro day_amounts() -%}
    {{ return(['proposals_amount', 'won_amount']) }}
{%- endmacro %}
