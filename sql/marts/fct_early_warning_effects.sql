{{ config(materialized='table', indexes=[{'columns': ['effect_id'], 'unique': true}]) }}

-- What a drop of an indicator has meant for sales in this company: after the beginning of a drop, managers' sales in four weeks against
-- their own twelve weeks before, next to the same of all weeks without a drop. That control takes out season, growth and the return to
-- the mean that any twelve good weeks are followed by.

with

signals as (

    select
        signals.indicator,
        signals.is_fallen,
        signals.is_first_week,
        leads.lead_weeks,
        leads.amount_after,
        leads.amount_usual
    from {{ ref('int_early_signals') }} as signals
    cross join lateral (
        values
        (1, signals.amount_after_1, signals.amount_usual_1),
        (3, signals.amount_after_3, signals.amount_usual_3),
        (5, signals.amount_after_5, signals.amount_usual_5)
    ) as leads (lead_weeks, amount_after, amount_usual)
    where
        leads.amount_usual > 0
        and signals.drop_rate is not null

),

otherwise as (

    select
        indicator,
        lead_weeks,
        count(*) as weeks_otherwise,
        sum(amount_after) / sum(amount_usual) as change_otherwise
    from signals
    where not is_fallen
    group by indicator, lead_weeks

),

-- What the manager would have sold had it been a week without a drop.
cases as (

    select
        signals.indicator,
        signals.lead_weeks,
        signals.amount_after,
        signals.amount_usual * otherwise.change_otherwise as amount_expected
    from signals
    inner join otherwise
        on otherwise.indicator = signals.indicator
        and otherwise.lead_weeks = signals.lead_weeks
    where signals.is_first_week

),

effects as (

    select
        indicator,
        lead_weeks,
        count(*) as cases,
        sum(amount_after) as amount_after,
        sum(amount_expected) as amount_expected,
        1 - sum(amount_after) / nullif(sum(amount_expected), 0) as sales_drop,
        -- The error of a ratio of sums, case by case.
        sqrt(
            sum(
                (amount_after - amount_expected) ^ 2
            ) - sum(amount_after - amount_expected) ^ 2 / count(*)
        ) / nullif(sum(amount_expected), 0) as standard_error
    from cases
    group by indicator, lead_weeks

),

final as (

    select
        effects.indicator || ':' || effects.lead_weeks as effect_id,

        effects.indicator,

        effects.lead_weeks,
        effects.cases,
        otherwise.weeks_otherwise,
        effects.amount_after,
        round(effects.amount_expected, 2) as amount_expected,
        round(effects.sales_drop, 4) as sales_drop,
        round(effects.sales_drop - 1.2816 * effects.standard_error, 4) as sales_drop_low,
        round(effects.sales_drop + 1.2816 * effects.standard_error, 4) as sales_drop_high,

        -- Of fewer than ten drops nothing is said.
        effects.cases >= 10 as is_enough
    from effects
    inner join otherwise
        on otherwise.indicator = effects.indicator
        and otherwise.lead_weeks = effects.lead_weeks

)

select * from final
