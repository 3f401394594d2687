{# KPIs that earn points, with the component of a manager's day each is. The same list as RATED_METRICS of the configuration. #}
{% macro rated_kpis() -%}
    {{ return([
        ['leads_new', 'leads_new'], ['calls_out', 'calls_out'], ['calls_in', 'calls_in'], ['calls_answered', 'calls_answered'],
        ['calls_missed', 'calls_missed'], ['talk_time', 'talk_seconds'], ['emails_sent', 'emails_sent'],
        ['emails_received', 'emails_received'], ['meetings_held', 'meetings_held'], ['presentations_held', 'presentations_held'],
        ['proposals_sent', 'proposals_sent'], ['proposals_amount', 'proposals_amount'], ['deals_won', 'deals_won'],
        ['won_amount', 'won_amount'], ['new_clients', 'new_clients'], ['deals_lost', 'deals_lost'], ['tasks_done', 'tasks_done'],
        ['crm_actions', 'crm_actions']
    ]) }}
{%- endmacro %}
