{#
  Which refusals came back within the days of the regulation, and when: the deal was reopened, or its client opened another
  one. `entries` has the refusals (event 'lost': deal_id, stay_no, entered_at, reopened_at), `deals` their deals.

  Creations and refusals of a client stand in one line, and each refusal sees the next creation: a deal of its own began before it.
#}
{% macro returned_refusals(entries, deals) -%}
    select
        refusals.deal_id,
        refusals.stay_no,
        refusals.entered_at as lost_at,
        least(refusals.reopened_at, refusals.opened_at) as returned_at
    from (
        select
            history.*,
            min(history.created_at) over (
                partition by history.client_key
                order by history.entered_at, history.is_refusal
                rows between current row and unbounded following
            ) as opened_at
        from (
            select
                deals.client_id as client_key,
                null::text as deal_id,
                null::bigint as stay_no,
                false as is_refusal,
                deals.created_at,
                null::timestamptz as reopened_at,
                deals.created_at as entered_at
            from {{ ref('fct_deals') }} as deals
            where
                deals.client_id in (select known.client_id from {{ deals }} as known)
                and not deals.is_deleted
                and not deals.is_incoming

            union all

            -- A deal without a client has a line of its own.
            select
                coalesce(deals.client_id, entries.deal_id),
                entries.deal_id,
                entries.stay_no,
                true,
                null,
                entries.reopened_at,
                entries.entered_at
            from {{ entries }} as entries
            inner join {{ deals }} as deals on deals.deal_id = entries.deal_id
            where entries.event = 'lost'
        ) as history
    ) as refusals
    cross join (select return_days from {{ source('conf', 'regulation') }}) as regulation
    where
        refusals.is_refusal
        and least(refusals.reopened_at, refusals.opened_at) <= refusals.entered_at + make_interval(days => regulation.return_days)
{%- endmacro %}
