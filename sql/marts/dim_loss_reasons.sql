{{ config(materialized='table', indexes=[{'columns': ['loss_reason_id'], 'unique': true}]) }}

with

loss_reasons as (

    select * from {{ ref('stg_amocrm__loss_reasons') }}

),

met as (

    select value as loss_reason_id from ({{ distinct_values(ref('fct_deal_stage_stays'), 'loss_reason_id') }}) as given

),

final as (

    select
        loss_reason_id,
        account_id,
        crm_id,
        name,
        true as is_known
    from loss_reasons

    union all

    select
        met.loss_reason_id,
        split_part(met.loss_reason_id, ':', 1) as account_id,
        split_part(met.loss_reason_id, ':', 2) as crm_id,
        'Unknown reason ' || split_part(met.loss_reason_id, ':', 2) as name,
        false as is_known
    from met
    left join loss_reasons on loss_reasons.loss_reason_id = met.loss_reason_id
    where loss_reasons.loss_reason_id is null

)

select * from final
