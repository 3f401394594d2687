{{ config(materialized='incremental', unique_key='config_id') }}

-- One row: the stages and their steps, on which every deal's facts depend. `changed_xid` is the transaction that brought the
-- last change of them, so that the models of deals notice it as they notice a changed deal; pipelines that were only
-- repainted change nothing. A full build rebuilds everything, so nothing has changed since.

with

stage_steps as (

    select * from {{ ref('int_stage_steps') }}

),

pipelines as (

    select * from {{ ref('stg_amocrm__pipelines') }}

),

described as (

    select
        1 as config_id,
        md5(coalesce(
            string_agg(
                concat_ws(',', stage_steps.stage_id, stage_steps.step, stage_steps.is_first_working_stage, limits.limit_business_seconds),
                ';' order by stage_steps.stage_id
            ),
            ''
        )) as fingerprint
    from stage_steps
    left join {{ ref('int_stage_limits') }} as limits on limits.stage_id = stage_steps.stage_id

),

last_loads as (

    select coalesce(max(loaded_xid), '0'::xid8) as loaded_xid from pipelines

),

last_rates as (

    select coalesce(max(loaded_xid), '0'::xid8) as loaded_xid from {{ source('files', 'exchange_rates') }}

),

final as (

    select
        described.config_id,
        described.fingerprint,
        {% if is_incremental() -%}
        case
            when described.fingerprint = previous.fingerprint then previous.changed_xid
            else last_loads.loaded_xid
        end as changed_xid
        {%- else -%}
        '0'::xid8 as changed_xid
        {%- endif %},
        last_rates.loaded_xid as rates_xid
    from described
    cross join last_loads
    cross join last_rates
    {% if is_incremental() -%}
    left join {{ this }} as previous on previous.config_id = described.config_id
    {%- endif %}

)

select * from final
