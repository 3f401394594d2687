{{ config(materialized='table', indexes=[{'columns': ['team_id', 'day'], 'unique': true}]) }}

-- What a team's managers did on a day, for the average that a manager is compared with: it stands beside the manager's own rows, since a
-- manager may see no others.

with

days as (

    select * from {{ ref('fct_manager_days') }}
    where
        is_at_work
        and team_id is not null

),

final as (

    select
        team_id,
        day,
        count(*) as managers,
        {%- for column in scorecard_sums() %}
        sum({{ column }}) as {{ column }},
        {%- endfor %}
        count(is_norm_met) as days_with_norm,
        count(*) filter (where is_norm_met) as days_norm_met
    from days
    group by team_id, day

)

select * from final
