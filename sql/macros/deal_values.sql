{# What is seen of a deal, attribute by attribute: now, and in each version of it that the loads have kept. `deals` is in sight. #}
{% macro current_deal_values() -%}
    select
        deals.deal_id,
        deals.account_id,
        deals.created_at,
        deals.closed_at,
        deals.is_closed,
        deals.updated_at,
        attributes.attribute,
        attributes.value
    from deals
    cross join lateral (
        values
            ('stage', deals.stage_id),
            ('owner', deals.owner_id),
            ('price', trim_scale(deals.amount)::text),
            ('currency', deals.currency)
    ) as attributes (attribute, value)
    where deals.is_seen_in_leads
{%- endmacro %}
{#- Reads `settings` and `past_versions`, too. #}
{% macro past_deal_values() -%}
    select
        past_versions.deal_id,
        past_versions.updated_at,
        past_versions.load_id,
        past_versions.seen_at,
        past_versions.closed_at,
        past_versions.is_closed,
        attributes.attribute,
        attributes.value
    from past_versions
    inner join deals on deals.deal_id = past_versions.deal_id
    left join settings on true
    left join {{ ref('stg_amocrm__account') }} as accounts on accounts.account_id = past_versions.account_id
    cross join lateral (
        values
            ('stage', past_versions.stage_id),
            ('owner', past_versions.owner_id),
            ('price', trim_scale(past_versions.amount)::text),
            (
                'currency',
                case
                    when settings.deal_currency_field is not null
                        then coalesce(
                            upper(btrim({{ custom_field('past_versions.custom_fields', 'settings.deal_currency_field') }})),
                            upper(btrim(accounts.currency)),
                            settings.currency
                        )
                end
            )
    ) as attributes (attribute, value)
    where attributes.value is not null
{%- endmacro %}
