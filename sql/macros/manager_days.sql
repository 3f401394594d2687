{#
  A whole model: sums of a relation's rows by manager and day. An increment sums anew only the days of managers where a row changed, and
  where one was before it changed (as_it_was); a day that lost its last row keeps a row of zeros.

  `rows` is the relation, with manager_id, loaded_xid and, where rows can move, previous_manager_id and previous_at; `moment` names the
  moment that decides the day; `counted` is the condition for a row to count; `sums` are the columns. Index the relation by
  manager_id and `moment`.
#}
{% macro manager_days(rows, moment, counted, sums) -%}
with

settings as (

    select time_zone from {{ source('conf', 'settings') }}

),

{% if is_incremental() -%}
touched as (

    select manager_id, ({{ moment }} at time zone settings.time_zone)::date as day
    from {{ rows }}
    cross join settings
    where {{ changed_since_last_build('loaded_xid') }}

    union

    select previous_manager_id, (previous_at at time zone settings.time_zone)::date
    from {{ rows }}
    cross join settings
    where
        {{ changed_since_last_build('loaded_xid') }}
        and previous_at is not null

),

days as (

    select
        touched.manager_id,
        touched.day,
        touched.day::timestamp at time zone settings.time_zone as starts_at,
        (touched.day + 1)::timestamp at time zone settings.time_zone as ends_at
    from touched
    cross join settings
    where touched.day is not null

),

final as (

    select
        concat_ws('|', coalesce(days.manager_id, ''), days.day) as manager_day,
        days.manager_id,
        days.day,
        {%- for sum in sums %}
        summed.{{ sum[0] }}{{ ',' if not loop.last }}
        {%- endfor %}
    from days
    -- Two branches, since an index finds `= x` and `is null`, and not `is not distinct from x`.
    cross join lateral (
        select
            {%- for sum in sums %}
            {{ sum[1] }} as {{ sum[0] }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (
            select * from {{ rows }} as owned
            where
                owned.manager_id = days.manager_id
                and owned.{{ moment }} >= days.starts_at
                and owned.{{ moment }} < days.ends_at

            union all

            select * from {{ rows }} as unowned
            where
                days.manager_id is null
                and unowned.manager_id is null
                and unowned.{{ moment }} >= days.starts_at
                and unowned.{{ moment }} < days.ends_at
        ) as counted
        where {{ counted }}
    ) as summed

)
{%- else -%}
final as (

    select
        concat_ws('|', coalesce(counted.manager_id, ''), counted.day) as manager_day,
        counted.manager_id,
        counted.day,
        {%- for sum in sums %}
        {{ sum[1] }} as {{ sum[0] }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            counted.*,
            (counted.{{ moment }} at time zone settings.time_zone)::date as day
        from {{ rows }} as counted
        cross join settings
        where
            counted.{{ moment }} is not null
            and {{ counted }}
    ) as counted
    group by counted.manager_id, counted.day

)
{%- endif %}

select * from final
{%- endmacro %}
