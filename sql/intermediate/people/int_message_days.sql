{{ config(materialized='incremental', unique_key='manager_day', indexes=[{'columns': ['manager_day'], 'unique': true}]) }}

{{ manager_days(ref('int_messages'), 'occurred_at', "is_correspondence and kind <> 'draft'", [
    ['emails_sent', "count(*) filter (where direction = 'out')"],
    ['emails_received', "count(*) filter (where direction = 'in')"]
]) }}
