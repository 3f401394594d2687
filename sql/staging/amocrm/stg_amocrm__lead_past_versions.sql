select
    {{ amocrm_lead_columns(source('amocrm', 'leads__history')) }}
