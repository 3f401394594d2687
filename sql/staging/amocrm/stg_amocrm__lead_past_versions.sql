{{ config(meta={'rows_of': ['amocrm.leads__history']}) }}

select
    {{ amocrm_lead_columns(source('amocrm', 'leads__history')) }}
