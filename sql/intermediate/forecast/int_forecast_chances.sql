{{ config(materialized='table') }}

-- The chance that a deal which has been in its stage for so long is won within so many days, as it could be known on a day: learnt from
-- the last six snapshots whose horizon was over by then, and from nothing after it. Few deals lean on their stage, a stage on its pipeline,
-- a pipeline on the company, with the weight of 20 deals.

with

settings as (

    select
        {{ today() }} as today,
        20 as weight
    from {{ source('conf', 'settings') }}
    limit 1

),

outcomes as (

    select * from {{ ref('int_forecast_outcomes') }}

),

-- The months to be back-tested, each over its own days, and today over 7 to 90.
questions as (

    select
        months.month::date as as_of,
        ((months.month + interval '1 month')::date - months.month::date) as horizon_days
    from settings
    cross join lateral generate_series(
        date_trunc('month', settings.today::timestamp) - interval '24 months',
        date_trunc('month', settings.today::timestamp) - interval '1 month',
        interval '1 month'
    ) as months (month)

    union

    select
        settings.today as as_of,
        horizons.horizon_days
    from settings
    cross join (values (7), (14), (30), (60), (90)) as horizons (horizon_days)

),

learnt as (

    select
        questions.as_of,
        questions.horizon_days,
        outcomes.pipeline_id,
        outcomes.stage_id,
        outcomes.age_band,
        outcomes.snapshot_on,
        sum(outcomes.deals) as deals,
        coalesce(sum(outcomes.deals) filter (where outcomes.won_after_days < questions.horizon_days), 0) as deals_won,
        coalesce(sum(outcomes.deals_with_won_amount) filter (where outcomes.won_after_days < questions.horizon_days), 0)
            as deals_with_won_amount,
        coalesce(sum(outcomes.won_amount) filter (where outcomes.won_after_days < questions.horizon_days), 0) as won_amount
    from questions
    inner join outcomes
        on outcomes.snapshot_on + questions.horizon_days <= questions.as_of
        and outcomes.snapshot_on > date_trunc('month', (questions.as_of - questions.horizon_days)::timestamp) - interval '6 months'
        -- Nobody knew then what was to be deleted.
        and (outcomes.deleted_on is null or outcomes.deleted_on >= questions.as_of)
    group by 1, 2, 3, 4, 5, 6

),

of_company as (

    select
        as_of,
        horizon_days,
        count(distinct snapshot_on) as snapshots,
        sum(deals_won) / sum(deals) as chance,
        sum(won_amount) / nullif(sum(deals_with_won_amount), 0) as average_amount
    from learnt
    group by as_of, horizon_days

),

of_pipelines as (

    select
        learnt.as_of,
        learnt.horizon_days,
        learnt.pipeline_id,
        (sum(learnt.deals_won) + settings.weight * of_company.chance) / (sum(learnt.deals) + settings.weight) as chance,
        coalesce(sum(learnt.won_amount) / nullif(sum(learnt.deals_with_won_amount), 0), of_company.average_amount) as average_amount
    from learnt
    cross join settings
    inner join of_company
        on of_company.as_of = learnt.as_of
        and of_company.horizon_days = learnt.horizon_days
    group by learnt.as_of, learnt.horizon_days, learnt.pipeline_id, settings.weight, of_company.chance, of_company.average_amount

),

of_stages as (

    select
        learnt.as_of,
        learnt.horizon_days,
        learnt.pipeline_id,
        learnt.stage_id,
        (sum(learnt.deals_won) + settings.weight * of_pipelines.chance) / (sum(learnt.deals) + settings.weight) as chance
    from learnt
    cross join settings
    inner join of_pipelines
        on of_pipelines.as_of = learnt.as_of
        and of_pipelines.horizon_days = learnt.horizon_days
        and of_pipelines.pipeline_id = learnt.pipeline_id
    group by learnt.as_of, learnt.horizon_days, learnt.pipeline_id, learnt.stage_id, settings.weight, of_pipelines.chance

),

of_bands as (

    select
        as_of,
        horizon_days,
        stage_id,
        age_band,
        sum(deals) as deals,
        sum(deals_won) as deals_won
    from learnt
    group by as_of, horizon_days, stage_id, age_band

),

-- Every stage and band, also those of which nothing was learnt.
final as (

    select
        of_company.as_of,
        of_company.horizon_days,
        stages.pipeline_id,
        stages.stage_id,
        bands.age_band,

        of_company.snapshots,
        coalesce(of_bands.deals, 0)::bigint as deals,
        coalesce(of_bands.deals_won, 0)::bigint as deals_won,
        -- Nothing is certain.
        least(
            0.999999,
            round(
                (
                    coalesce(of_bands.deals_won, 0)
                    + settings.weight * coalesce(of_stages.chance, of_pipelines.chance, of_company.chance)
                ) / (coalesce(of_bands.deals, 0) + settings.weight),
                6
            )
        ) as chance,
        round(coalesce(of_pipelines.average_amount, of_company.average_amount), 2) as average_amount
    from of_company
    cross join settings
    cross join {{ ref('dim_stages') }} as stages
    cross join generate_series(1, 5) as bands (age_band)
    left join of_pipelines
        on of_pipelines.as_of = of_company.as_of
        and of_pipelines.horizon_days = of_company.horizon_days
        and of_pipelines.pipeline_id = stages.pipeline_id
    left join of_stages
        on of_stages.as_of = of_company.as_of
        and of_stages.horizon_days = of_company.horizon_days
        and of_stages.stage_id = stages.stage_id
    left join of_bands
        on of_bands.as_of = of_company.as_of
        and of_bands.horizon_days = of_company.horizon_days
        and of_bands.stage_id = stages.stage_id
        and of_bands.age_band = bands.age_band
    where
        stages.step not in ('incoming', 'won', 'lost')
        -- Of less than three months nothing is said.
        and of_company.snapshots >= 3

)

select * from final
