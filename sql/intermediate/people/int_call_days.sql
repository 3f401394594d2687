{{ config(materialized='incremental', unique_key='manager_day', indexes=[{'columns': ['manager_day'], 'unique': true}]) }}

{{ manager_days(ref('int_calls'), 'started_at', "not is_deleted and direction <> 'internal'", [
    ['calls_out', "count(*) filter (where direction = 'out')"],
    ['calls_in', "count(*) filter (where direction = 'in')"],
    ['calls_answered', "count(*) filter (where outcome = 'answered')"],
    ['calls_in_answered', "count(*) filter (where direction = 'in' and outcome = 'answered')"],
    ['calls_missed', "count(*) filter (where outcome = 'missed')"],
    ['talk_seconds', 'coalesce(sum(talk_seconds), 0)::bigint']
]) }}
