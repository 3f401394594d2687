{{ config(materialized='table', indexes=[{'columns': ['period_kind', 'period_start']}]) }}

-- Who was there to be kept: a client that bought in a month, quarter or year, put into the period after it, and whether it bought again
-- then.

with

settings as (

    {{ zone_and_today() }}

),

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
    from {{ ref('fct_client_wins') }} as wins
    cross join kinds
    order by kinds.period_kind, date_trunc(kinds.period_kind, wins.day::timestamp), wins.client_id, wins.win_no desc

),

final as (

    select
        bought.client_id || ':' || bought.period_kind || ':' || (bought.bought_in + bought.period_length)::date as client_period_id,
        bought.client_id,
        bought.manager_id,

        bought.period_kind,

        again.client_id is not null as is_retained,

        (bought.bought_in + bought.period_length)::date as period_start,
        (bought.bought_in + bought.period_length) at time zone settings.time_zone as occurred_at
    from bought
    cross join settings
    left join bought as again
        on again.client_id = bought.client_id
        and again.period_kind = bought.period_kind
        and again.bought_in = bought.bought_in + bought.period_length
    where (bought.bought_in + bought.period_length)::date <= settings.today

)

select * from final
