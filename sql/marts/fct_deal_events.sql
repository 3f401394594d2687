{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[
        {'columns': ['deal_id']},
        {'columns': ['event', 'occurred_at']}
    ]
) }}

with

deals as (

    select * from {{ ref('fct_deals') }}

),

changed_deals as (

    select deal_id from {{ ref('int_deal_first_contacts') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

steps as (

    select * from {{ ref('int_steps') }}

),

stays as (

    select
        stays.deal_id,
        stays.stay_no,
        stays.pipeline_id,
        stays.stage_id,
        stays.owner_id_at_entry as owner_id,
        stays.actor_id,
        stays.loss_reason_id,
        stays.step,
        stays.previous_step,
        stays.step_no,
        stays.amount,
        stays.entered_at,
        -- The furthest step before this stay; losing a deal does not take it further.
        coalesce(
            max(stays.step_no) filter (where stays.step <> 'lost') over (
                deal rows between unbounded preceding and 1 preceding
            ),
            0
        ) as step_no_before,
        max(stays.step_no) filter (where stays.step <> 'lost') over whole_deal as furthest_step_no,
        bool_or(stays.step <> 'incoming') over whole_deal as is_accepted,
        max(stays.stay_no) filter (where stays.step = 'won' and stays.previous_step is distinct from 'won') over whole_deal
            as winning_stay_no
    from {{ ref('fct_deal_stage_stays') }} as stays
    inner join changed_deals on changed_deals.deal_id = stays.deal_id
    where not stays.is_deal_deleted
    window
        deal as (partition by stays.deal_id order by stays.stay_no),
        whole_deal as (
            partition by stays.deal_id order by stays.stay_no
            rows between unbounded preceding and unbounded following
        )

),

-- 'created', or 'incoming' for what nobody has taken into work.
beginnings as (

    select
        stays.deal_id,
        case when stays.is_accepted then 'created' else 'incoming' end as event,
        stays.step,
        stays.step_no,
        stays.stay_no,
        stays.pipeline_id,
        stays.stage_id,
        stays.owner_id,
        deals.created_by_id as actor_id,
        stays.amount,
        null as loss_reason_id,
        null as lost_from_step,
        false as is_skipped,
        null::boolean as has_next_step,
        deals.created_at as occurred_at
    from stays
    inner join deals on deals.deal_id = stays.deal_id
    where stays.stay_no = 1

),

reached as (

    select
        stays.deal_id,
        'reached' as event,
        steps.step,
        steps.step_no,
        stays.stay_no,
        stays.pipeline_id,
        stays.stage_id,
        stays.owner_id,
        stays.actor_id,
        stays.amount,
        null as loss_reason_id,
        null as lost_from_step,
        steps.step_no < stays.step_no as is_skipped,
        stays.furthest_step_no > steps.step_no as has_next_step,
        stays.entered_at as occurred_at
    from stays
    inner join steps
        on steps.step_no > stays.step_no_before
        and steps.step_no <= stays.step_no
    where
        stays.step <> 'lost'
        and stays.step_no > stays.step_no_before

),

wins as (

    select
        stays.deal_id,
        'won' as event,
        stays.step,
        stays.step_no,
        stays.stay_no,
        stays.pipeline_id,
        stays.stage_id,
        stays.owner_id,
        stays.actor_id,
        deals.amount,
        null as loss_reason_id,
        null as lost_from_step,
        false as is_skipped,
        null::boolean as has_next_step,
        stays.entered_at as occurred_at
    from stays
    inner join deals on deals.deal_id = stays.deal_id
    where
        stays.stay_no = stays.winning_stay_no
        and deals.is_won

),

losses as (

    select
        stays.deal_id,
        'lost' as event,
        stays.step,
        stays.step_no,
        stays.stay_no,
        stays.pipeline_id,
        stays.stage_id,
        stays.owner_id,
        stays.actor_id,
        stays.amount,
        stays.loss_reason_id,
        stays.previous_step as lost_from_step,
        false as is_skipped,
        null::boolean as has_next_step,
        stays.entered_at as occurred_at
    from stays
    where
        stays.step = 'lost'
        and stays.previous_step is distinct from 'lost'

),

reopenings as (

    select
        stays.deal_id,
        'reopened' as event,
        stays.step,
        stays.step_no,
        stays.stay_no,
        stays.pipeline_id,
        stays.stage_id,
        stays.owner_id,
        stays.actor_id,
        stays.amount,
        null as loss_reason_id,
        null as lost_from_step,
        false as is_skipped,
        null::boolean as has_next_step,
        stays.entered_at as occurred_at
    from stays
    where
        stays.step not in ('won', 'lost')
        and stays.previous_step in ('won', 'lost')

),

deletions as (

    select
        deals.deal_id,
        'deleted' as event,
        deals.step,
        deals.step_no,
        0 as stay_no,
        deals.pipeline_id,
        deals.stage_id,
        deals.owner_id,
        deals.deleted_by_id as actor_id,
        deals.amount,
        null as loss_reason_id,
        null as lost_from_step,
        false as is_skipped,
        null::boolean as has_next_step,
        deals.deleted_at as occurred_at
    from deals
    inner join changed_deals on changed_deals.deal_id = deals.deal_id
    where deals.is_deleted

),

milestones as (

    select * from beginnings
    union all
    select * from reached
    union all
    select * from wins
    union all
    select * from losses
    union all
    select * from reopenings
    union all
    select * from deletions

),

final as (

    select
        concat_ws(
            ':',
            milestones.deal_id,
            milestones.event,
            case
                when milestones.event = 'reached' then milestones.step
                when milestones.event in ('lost', 'reopened') then milestones.stay_no::text
            end
        ) as event_id,
        milestones.deal_id,
        deals.account_id,
        milestones.owner_id,
        milestones.actor_id,
        milestones.pipeline_id,
        milestones.stage_id,
        deals.client_id,
        deals.owner_id_at_creation as deal_owner_id_at_creation,
        milestones.loss_reason_id,

        milestones.event,
        milestones.step,
        milestones.lost_from_step,
        deals.source,

        milestones.step_no,
        milestones.amount::numeric(18, 2) as amount,
        case when milestones.event = 'won' then deals.sales_cycle_seconds end as sales_cycle_seconds,
        case when milestones.event = 'won' then deals.deal_close_seconds end as deal_close_seconds,
        case when milestones.event = 'created' then deals.first_call_seconds end as first_call_seconds,
        case when milestones.event = 'created' then deals.first_call_business_seconds end as first_call_business_seconds,
        case when milestones.event = 'created' then deals.first_contact_seconds end as first_contact_seconds,
        case when milestones.event = 'created' then deals.first_contact_business_seconds end as first_contact_business_seconds,

        milestones.is_skipped,
        milestones.has_next_step,
        deals.first_contact_at is not null as is_contacted,
        deals.is_contacted_in_norm,
        deals.reached_qualified_at is not null as is_qualified,
        deals.reached_proposal_at is not null as is_proposal,
        deals.reached_won_at is not null as is_won,

        milestones.occurred_at,
        deals.created_at as deal_created_at
    from milestones
    inner join deals on deals.deal_id = milestones.deal_id

)

select * from final
