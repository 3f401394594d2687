{{ config(materialized='incremental', unique_key='manager_day', indexes=[{'columns': ['manager_day'], 'unique': true}]) }}

{{ manager_days(ref('int_activities'), 'occurred_at', 'not is_deleted and not is_robot', [
    ['crm_actions', 'count(*)'],
    ['chats_sent', "count(*) filter (where kind = 'chat_out')"]
]) }}
