{{ config(
    materialized='incremental',
    unique_key='client_id',
    indexes=[
        {'columns': ['client_id']},
        {'columns': ['client_period_id'], 'unique': true},
        {'columns': ['period_kind', 'period_start']}
    ]
) }}

-- A client that bought in a month, quarter or year, put into the period after it, past or to come. A client that has bought nothing any
-- more keeps one empty row.

with

settings as (

    select time_zone from {{ source('conf', 'settings') }}
    limit 1

),

{% if is_incremental() -%}
changed as (

    select distinct client_id from {{ ref('int_client_wins') }}
    where {{ changed_since_last_build('loaded_xid') }}

),
{%- endif %}

kinds (period_kind, period_length) as (

    values
    ('month', interval '1 month'),
    ('quarter', interval '3 months'),
    ('year', interval '1 year')

),

bought as (

    select distinct on (kinds.period_kind, date_trunc(kinds.period_kind, wins.day::timestamp), wins.client_id)
        kinds.period_kind,
        kinds.period_length,
        date_trunc(kinds.period_kind, wins.day::timestamp) as bought_in,
        wins.client_id,
        wins.manager_id
    from {{ ref('int_client_wins') }} as wins
    cross join kinds
    where
        wins.deal_id is not null
    {%- if is_incremental() %}
        and {{ is_among('wins.client_id', 'select client_id from changed') }}
    {%- endif %}
    order by kinds.period_kind, date_trunc(kinds.period_kind, wins.day::timestamp), wins.client_id, wins.win_no desc

),

final as (

    select
        bought.client_id || ':' || bought.period_kind || ':' || (bought.bought_in + bought.period_length)::date as client_period_id,
        {{ 'changed' if is_incremental() else 'bought' }}.client_id,
        bought.manager_id,

        bought.period_kind,

        again.client_id is not null as is_retained,

        (bought.bought_in + bought.period_length)::date as period_start,
        (bought.bought_in + bought.period_length) at time zone settings.time_zone as occurred_at
    {% if is_incremental() -%}
    from changed
    left join bought on bought.client_id = changed.client_id
    {%- else -%}
    from bought
    {%- endif %}
    cross join settings
    left join bought as again
        on again.client_id = bought.client_id
        and again.period_kind = bought.period_kind
        and again.bought_in = bought.bought_in + bought.period_length

)

select * from final
