{# Components of a manager's day that can be added up over managers and days, and so compared with a team's average. #}
{% macro scorecard_sums() -%}
    {{ return([
        'leads_new', 'proposals_sent', 'proposals_amount', 'deals_won', 'won_amount', 'deals_lost', 'new_clients',
        'calls_out', 'calls_in', 'calls_answered', 'calls_missed', 'talk_seconds', 'emails_sent', 'emails_received', 'mail_seconds',
        'meetings_held', 'presentations_held', 'meeting_seconds', 'tasks_done', 'tasks_late', 'tasks_open', 'crm_actions',
        'overlapping_contacts', 'activity_recent', 'activity_before'
    ]) }}
{%- endmacro %}
