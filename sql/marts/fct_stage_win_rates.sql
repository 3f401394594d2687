{{ config(materialized='table', indexes=[{'columns': ['stage_id'], 'unique': true}]) }}

-- Of the deals decided lately that had passed a stage, the share that was won. Deals decided, not deals that left the stage: of these the
-- quick refusals are known long before the wins, and the rate would come out too low. Few deals lean on the pipeline's rate, the more the
-- less its stages differ (empirical Bayes: a beta prior by the method of moments).

with

settings as (

    select
        conf.time_zone,
        regulation.win_rate_days,
        {{ today() }} as today
    from {{ source('conf', 'settings') }} as conf
    cross join {{ source('conf', 'regulation') }} as regulation
    limit 1

),

decided as (

    select
        deals.deal_id,
        deals.pipeline_id,
        deals.is_won,
        deals.closed_at
    from {{ ref('fct_deals') }} as deals
    -- The bounds as queries: worked out once, and not for each of a million deals; and parallel workers can compare with them.
    where
        not deals.is_open
        and not deals.is_deleted
        and deals.closed_at >= (select (today - win_rate_days)::timestamp at time zone time_zone from settings)
        and deals.closed_at < (select today::timestamp at time zone time_zone from settings)

),

passed as (

    select
        pipeline_id,
        stage_id,
        count(*) as deals_decided,
        count(*) filter (where is_won) as deals_won
    from (
        -- By hashing: `count(distinct …)` would sort them all.
        select distinct
            stays.pipeline_id,
            stays.stage_id,
            stays.deal_id,
            decided.is_won
        from {{ ref('fct_deal_stage_stays') }} as stays
        inner join decided on decided.deal_id = stays.deal_id
        where stays.step not in ('incoming', 'won', 'lost')
    ) as passages
    group by pipeline_id, stage_id

),

of_pipelines as (

    select
        pipeline_id,
        count(*) as deals_decided,
        avg(is_won::int) as win_rate
    from decided
    group by pipeline_id

),

-- How much the stages of a pipeline differ beyond what chance makes of their numbers.
spread as (

    select
        of_pipelines.pipeline_id,
        of_pipelines.deals_decided,
        of_pipelines.win_rate,
        sum(passed.deals_decided * (1.0 * passed.deals_won / passed.deals_decided - of_pipelines.win_rate) ^ 2)
        / sum(passed.deals_decided)
        - count(*) * of_pipelines.win_rate * (1 - of_pipelines.win_rate) / sum(passed.deals_decided) as variance
    from of_pipelines
    left join passed on passed.pipeline_id = of_pipelines.pipeline_id
    group by of_pipelines.pipeline_id, of_pipelines.deals_decided, of_pipelines.win_rate

),

-- The pipeline's rate counts as so many deals: 5 where the stages are worlds apart, 200 where they are all alike.
priors as (

    select
        pipeline_id,
        deals_decided,
        win_rate,
        case
            when variance > 0 then least(200, greatest(5, win_rate * (1 - win_rate) / variance - 1))
            else 200
        end as weight
    from spread

),

final as (

    select
        stages.stage_id,
        stages.pipeline_id,

        coalesce(passed.deals_decided, 0) as deals_decided,
        coalesce(passed.deals_won, 0) as deals_won,
        priors.deals_decided as pipeline_deals_decided,
        round(priors.win_rate, 6) as pipeline_win_rate,
        round(priors.weight, 6) as prior_weight,
        round(
            (coalesce(passed.deals_won, 0) + priors.weight * priors.win_rate)
            / (coalesce(passed.deals_decided, 0) + priors.weight),
            6
        ) as win_rate,

        settings.today::timestamp at time zone settings.time_zone as occurred_at
    from {{ ref('dim_stages') }} as stages
    cross join settings
    left join passed on passed.stage_id = stages.stage_id
    left join priors on priors.pipeline_id = stages.pipeline_id
    where
        stages.step not in ('incoming', 'won', 'lost')
        and (not stages.is_archived or passed.stage_id is not null)

)

select * from final
