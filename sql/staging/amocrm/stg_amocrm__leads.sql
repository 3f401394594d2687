{{ config(meta={'rows_of': ['amocrm.leads']}) }}

select
    {{ amocrm_lead_columns(source('amocrm', 'leads')) }}
