{{ config(materialized='table') }}

-- Each indicator of each manager at the end of each week: the last two weeks against the eight before, per working day. It has fallen when
-- it is 30 % or more below and the loss is more than chance makes of such counts (1.64 standard deviations of a Poisson count, one time in
-- twenty). And what the manager sold: in the twelve weeks up to then, and in four weeks that begin 1, 3 or 5 weeks later.

with

weeks as (

    select * from {{ ref('int_manager_weeks') }}

),

indicators as (

    select
        weeks.manager_id,
        weeks.week,
        weeks.working_days,
        indicators.indicator,
        indicators.value
    from weeks
    cross join lateral (
        values
        ('actions', weeks.actions),
        ('calls', weeks.calls),
        ('proposals', weeks.proposals)
    ) as indicators (indicator, value)

),

sums as (

    select
        manager_id,
        indicator,
        week,
        count(*) over baseline as baseline_weeks,
        sum(value) over recent as recent_value,
        sum(working_days) over recent as recent_days,
        sum(value) over baseline as baseline_value,
        sum(working_days) over baseline as baseline_days
    from indicators
    window
        recent as (partition by manager_id, indicator order by week rows between 1 preceding and current row),
        baseline as (partition by manager_id, indicator order by week rows between 9 preceding and 2 preceding)

),

drops as (

    select
        *,
        -- What the baseline would have given in the recent days; less than five is too little to fall.
        baseline_value * recent_days / nullif(baseline_days, 0) as expected_value
    from sums
    where baseline_weeks = 8

),

judged as (

    select
        *,
        case when expected_value >= 5 then round(1 - recent_value / expected_value, 4) end as drop_rate,
        coalesce(
            expected_value >= 5
            and recent_value <= 0.7 * expected_value
            and expected_value - recent_value >= 1.64 * sqrt(expected_value),
            false
        ) as is_fallen
    from drops

),

sales as (

    select
        manager_id,
        week,
        count(*) over before as weeks_before,
        sum(won_amount) over before as amount_before,
        sum(working_days) over before as days_before,
        {% for lead_weeks in [1, 3, 5] -%}
        count(*) over after_{{ lead_weeks }} as weeks_after_{{ lead_weeks }},
        sum(won_amount) over after_{{ lead_weeks }} as amount_after_{{ lead_weeks }},
        sum(working_days) over after_{{ lead_weeks }} as days_after_{{ lead_weeks }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from weeks
    window
        before as (partition by manager_id order by week rows between 11 preceding and current row),
        after_1 as (partition by manager_id order by week rows between 1 following and 4 following),
        after_3 as (partition by manager_id order by week rows between 3 following and 6 following),
        after_5 as (partition by manager_id order by week rows between 5 following and 8 following)

),

final as (

    select
        judged.manager_id,
        judged.indicator,
        judged.recent_value,
        judged.recent_days,
        judged.baseline_value,
        judged.baseline_days,
        judged.drop_rate,
        {% for lead_weeks in [1, 3, 5] -%}
        case
            when sales.weeks_before = 12 and sales.weeks_after_{{ lead_weeks }} = 4 then sales.amount_after_{{ lead_weeks }}
        end as amount_after_{{ lead_weeks }},
        case
            when sales.weeks_before = 12 and sales.weeks_after_{{ lead_weeks }} = 4
                then round(sales.amount_before * sales.days_after_{{ lead_weeks }} / sales.days_before, 2)
        end as amount_usual_{{ lead_weeks }},
        {% endfor %}
        judged.is_fallen,
        -- The first week of a drop: the weeks after it tell of the same one.
        judged.is_fallen and not coalesce(lag(judged.is_fallen) over signals, false) as is_first_week,
        judged.week
    from judged
    inner join sales
        on sales.manager_id = judged.manager_id
        and sales.week = judged.week
    window signals as (partition by judged.manager_id, judged.indicator order by judged.week)

)

select * from final
