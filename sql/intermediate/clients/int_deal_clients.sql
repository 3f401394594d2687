{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[{'columns': ['deal_id'], 'unique': true}, {'columns': ['loaded_xid']}]
) }}

-- Whose client a deal is of, and was before it changed: what is summed by client looks again at both.

with

deals as (

    select
        deal_id,
        client_id,
        loaded_xid
    from {{ ref('int_deals') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

final as (

    select
        deals.deal_id,
        deals.client_id,
        {% if is_incremental() -%}
        this.client_id as previous_client_id,
        {%- else -%}
        null::text as previous_client_id,
        {%- endif %}
        deals.loaded_xid
    from deals
    {% if is_incremental() -%}
    left join {{ this }} as this on this.deal_id = deals.deal_id
    {%- endif %}

)

select * from final
