{#
  The columns of a lead, the same for its current version (raw.amocrm__leads) and for a superseded one (…__history).
  `jsonb_to_record` reads the payload once: with one `->>` per column a payload stored out of line is unpacked per column.
#}
{% macro amocrm_lead_columns(relation) -%}
    {{ entity_key('raw_leads.account_id', 'raw_leads.id') }} as deal_id,
    raw_leads.account_id,
    raw_leads.id as crm_id,
    lead.name,
    {{ entity_key('raw_leads.account_id', 'lead.pipeline_id') }} as pipeline_id,
    {{ entity_key('raw_leads.account_id', "(lead.pipeline_id || ':' || lead.status_id)") }} as stage_id,
    {{ entity_key('raw_leads.account_id', 'lead.responsible_user_id') }} as owner_id,
    {{ entity_key('raw_leads.account_id', 'lead.created_by') }} as created_by_id,
    {{ entity_key('raw_leads.account_id', "nullif(nullif(lead.loss_reason_id, '0'), '')") }} as loss_reason_id,
    {{ entity_key('raw_leads.account_id', "('company:' || (lead._embedded #>> '{companies,0,id}'))") }} as company_client_id,
    {{ entity_key(
        'raw_leads.account_id',
        "('contact:' || (jsonb_path_query_first(lead._embedded, '$.contacts[*] ? (@.is_main == true).id') #>> '{}'))"
    ) }} as contact_client_id,
    lead._embedded #>> '{source,name}' as source_name,
    lead.custom_fields_values as custom_fields,
    -- Accounts with kopecks carry both; the official client too prefers the finer one when it is there.
    coalesce(lead.price_with_minor_units, lead.price) as amount,
    lead.status_id in ('142', '143') as is_closed,
    raw_leads.is_deleted,
    to_timestamp(lead.created_at) as created_at,
    -- Of the payload: a deleted lead keeps its last full one, and its row is dated by the deletion.
    coalesce(to_timestamp(lead.updated_at), raw_leads.source_updated_at) as updated_at,
    -- 0 means "none" on the wire.
    to_timestamp(nullif(lead.closed_at, 0)) as closed_at,
    raw_leads.source_updated_at,
    raw_leads.deleted_at,
    raw_leads.seen_at,
    raw_leads.load_id,
    raw_leads.loaded_xid
from {{ relation }} as raw_leads
cross join lateral jsonb_to_record(raw_leads.payload) as lead (
    name text,
    price numeric,
    price_with_minor_units numeric,
    responsible_user_id text,
    status_id text,
    pipeline_id text,
    loss_reason_id text,
    created_by text,
    created_at double precision,
    updated_at double precision,
    closed_at double precision,
    custom_fields_values jsonb,
    _embedded jsonb
)
{%- endmacro %}
