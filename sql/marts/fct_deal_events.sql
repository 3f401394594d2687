{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[
        {'columns': ['event_id'], 'unique': true},
        {'columns': ['deal_id']},
        {'columns': ['deal_created_at']},
        {'columns': ['event', 'occurred_at']}
    ]
) }}

with

directly_changed as (

    select deal_id from {{ ref('int_deal_acceptances') }}
    where {{ changed_since_last_build('loaded_xid') }}

),

{% if is_incremental() -%}
-- A refusal has come back when its client opens another deal: with a deal change the refusals of its client, the former one too.
changed_clients as (

    select deals.client_id from {{ ref('fct_deals') }} as deals
    inner join directly_changed on directly_changed.deal_id = deals.deal_id
    where deals.client_id is not null

    union

    select known.client_id from {{ this }} as known
    inner join directly_changed on directly_changed.deal_id = known.deal_id
    where known.client_id is not null

),

changed_deals as (

    select deal_id from directly_changed

    union

    select deals.deal_id from {{ ref('fct_deals') }} as deals
    inner join changed_clients on changed_clients.client_id = deals.client_id
    where
        deals.is_lost
        or deals.reopenings > 0

),
{%- else -%}
changed_deals as (

    select deal_id from directly_changed

),
{%- endif %}

deals as (

    select deals.* from {{ ref('fct_deals') }} as deals
    inner join changed_deals on changed_deals.deal_id = deals.deal_id

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
        stays.owner_id_at_exit,
        stays.actor_id,
        stays.loss_reason_id,
        stays.step,
        stays.previous_step,
        stays.step_no,
        stays.amount,
        stays.calendar_seconds,
        stays.business_seconds,
        stays.entered_at,
        stays.left_at,
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
            as winning_stay_no,
        min(stays.entered_at) filter (where stays.step not in ('won', 'lost') and stays.previous_step in ('won', 'lost')) over (
            deal rows between 1 following and unbounded following
        ) as reopened_at
    from {{ ref('fct_deal_stage_stays') }} as stays
    {% if is_incremental() -%}
    where
        not stays.is_deal_deleted
        and {{ is_among('stays.deal_id', 'select deal_id from changed_deals') }}
    {%- else -%}
    inner join changed_deals on changed_deals.deal_id = stays.deal_id
    where not stays.is_deal_deleted
    {%- endif %}
    window
        deal as (partition by stays.deal_id order by stays.stay_no),
        whole_deal as (
            partition by stays.deal_id order by stays.stay_no
            rows between unbounded preceding and unbounded following
        )

),

-- What an entry into a stage means by itself: the deal began ('incoming' while nobody has taken it into work), was won for good, was
-- lost, was opened again.
entries as (

    select
        stays.*,
        meanings.event,
        deals.created_by_id as deal_created_by_id,
        deals.amount as deal_amount,
        deals.created_at as deal_created_at
    from stays
    inner join deals on deals.deal_id = stays.deal_id
    cross join lateral (
        values
            (case when stays.is_accepted then 'created' else 'incoming' end, stays.stay_no = 1),
            ('won', stays.stay_no = stays.winning_stay_no and deals.is_won),
            ('lost', stays.step = 'lost' and stays.previous_step is distinct from 'lost'),
            ('reopened', stays.step not in ('won', 'lost') and stays.previous_step in ('won', 'lost'))
    ) as meanings (event, holds)
    where meanings.holds

),

reached as (

    select
        stays.*,
        steps.step as reached_step,
        steps.step_no as reached_step_no
    from stays
    inner join steps
        on steps.step_no > stays.step_no_before
        and steps.step_no <= stays.step_no
    where
        stays.step <> 'lost'
        and stays.step_no > stays.step_no_before

),

days as not materialized (

    select * from {{ ref('int_business_days') }}

),

returned as (

    {{ returned_refusals('entries', 'deals') }}

),

returns as (

    select
        returned.deal_id,
        returned.stay_no,
        extract(epoch from returned.returned_at - returned.lost_at)::bigint as seconds,
        {{ business_seconds('lost', 'returned.lost_at', 'back', 'returned.returned_at') }} as business_seconds
    from returned
    left join days as lost on lost.day = {{ business_day('returned.lost_at') }}
    left join days as back on back.day = {{ business_day('returned.returned_at') }}

),

-- Worked out once: the planner takes the stays for one row, and would look all of these up anew for each of thousands.
touches as materialized (

    {{ deal_touches('deals', 'stays') }}

),

milestones as (

    select
        entries.deal_id,
        entries.event,
        case when entries.event in ('lost', 'reopened') then entries.stay_no::text end as event_key,
        entries.step,
        entries.step_no,
        entries.pipeline_id,
        entries.stage_id,
        entries.owner_id,
        case when entries.event in ('created', 'incoming') then entries.deal_created_by_id else entries.actor_id end as actor_id,
        entries.owner_id as manager_id,
        case when entries.event = 'won' then entries.deal_amount else entries.amount end as amount,
        case when entries.event = 'lost' then entries.loss_reason_id end as loss_reason_id,
        case when entries.event = 'lost' then entries.previous_step end as lost_from_step,
        null as step_exit,
        returns.seconds,
        returns.business_seconds,
        false as is_skipped,
        null::boolean as has_next_step,
        case when entries.event = 'lost' then entries.step_no_before < qualified.step_no end as is_disqualified,
        case when entries.event = 'lost' then returns.deal_id is not null end as is_returned,
        case when entries.event in ('created', 'incoming') then entries.deal_created_at else entries.entered_at end as occurred_at
    from entries
    inner join steps as qualified on qualified.step = 'qualified'
    left join returns
        on returns.deal_id = entries.deal_id
        and returns.stay_no = entries.stay_no
        and entries.event = 'lost'

    union all

    select
        reached.deal_id,
        'reached',
        reached.reached_step,
        reached.reached_step,
        reached.reached_step_no,
        reached.pipeline_id,
        reached.stage_id,
        reached.owner_id,
        reached.actor_id,
        reached.owner_id,
        reached.amount,
        null,
        null,
        case
            when reached.furthest_step_no > reached.reached_step_no then 'advanced'
            when deals.is_lost then 'lost'
            when deals.step_no < reached.reached_step_no then 'back'
            else 'still_there'
        end,
        null,
        null,
        reached.reached_step_no < reached.step_no,
        reached.furthest_step_no > reached.reached_step_no,
        null,
        null,
        reached.entered_at
    from reached
    inner join deals on deals.deal_id = reached.deal_id

    union all

    select
        stays.deal_id,
        'objection_left',
        stays.stay_no::text,
        stays.step,
        stays.step_no,
        stays.pipeline_id,
        stays.stage_id,
        stays.owner_id_at_exit,
        null,
        stays.owner_id_at_exit,
        stays.amount,
        null,
        null,
        null,
        stays.calendar_seconds,
        stays.business_seconds,
        false,
        null,
        null,
        null,
        stays.left_at
    from stays
    where
        stays.step = 'objection'
        and stays.left_at is not null

    union all

    select
        touches.deal_id,
        touches.event,
        touches.touch_key,
        stays.step,
        stays.step_no,
        stays.pipeline_id,
        stays.stage_id,
        owners.owner_id,
        touches.actor_id,
        case when touches.is_of_owner then owners.owner_id else touches.actor_id end,
        stays.amount,
        null,
        null,
        null,
        null,
        null,
        false,
        null,
        null,
        null,
        touches.occurred_at
    from touches
    inner join deals on deals.deal_id = touches.deal_id
    inner join stays
        on stays.deal_id = touches.deal_id
        and stays.entered_at <= greatest(touches.occurred_at, deals.created_at)
        and (stays.left_at is null or greatest(touches.occurred_at, deals.created_at) < stays.left_at)
    left join {{ ref('int_deal_ownership') }} as owners
        on owners.deal_id = touches.deal_id
        and owners.valid_from <= greatest(touches.occurred_at, deals.created_at)
        and (owners.valid_to is null or greatest(touches.occurred_at, deals.created_at) < owners.valid_to)

    union all

    select
        deals.deal_id,
        'deleted',
        null,
        deals.step,
        deals.step_no,
        deals.pipeline_id,
        deals.stage_id,
        deals.owner_id,
        deals.deleted_by_id,
        deals.owner_id,
        deals.amount,
        null,
        null,
        null,
        null,
        null,
        false,
        null,
        null,
        null,
        deals.deleted_at
    from deals
    where deals.is_deleted

),

final as (

    select
        concat_ws(':', milestones.deal_id, milestones.event, milestones.event_key) as event_id,
        milestones.deal_id,
        deals.account_id,
        milestones.owner_id,
        milestones.actor_id,
        milestones.manager_id,
        milestones.pipeline_id,
        milestones.stage_id,
        deals.client_id,
        deals.owner_id_at_creation as deal_owner_id_at_creation,
        milestones.loss_reason_id,

        milestones.event,
        milestones.step,
        milestones.lost_from_step,
        milestones.step_exit,
        deals.source,

        milestones.step_no,
        milestones.amount::numeric(18, 2) as amount,
        case when milestones.event = 'won' then deals.sales_cycle_seconds end as sales_cycle_seconds,
        case when milestones.event = 'won' then deals.sales_cycle_business_seconds end as sales_cycle_business_seconds,
        case when milestones.event = 'won' then deals.deal_close_seconds end as deal_close_seconds,
        case when milestones.event = 'won' then deals.deal_close_business_seconds end as deal_close_business_seconds,
        case when milestones.event = 'created' then deals.first_call_seconds end as first_call_seconds,
        case when milestones.event = 'created' then deals.first_call_business_seconds end as first_call_business_seconds,
        case when milestones.event = 'created' then deals.first_contact_seconds end as first_contact_seconds,
        case when milestones.event = 'created' then deals.first_contact_business_seconds end as first_contact_business_seconds,
        case when milestones.event = 'created' then deals.lead_processing_seconds end as lead_processing_seconds,
        case when milestones.event = 'created' then deals.lead_processing_business_seconds end as lead_processing_business_seconds,
        case when milestones.event = 'lost' then milestones.seconds end as return_seconds,
        case when milestones.event = 'lost' then milestones.business_seconds end as return_business_seconds,
        case when milestones.event = 'objection_left' then milestones.seconds end as objection_seconds,
        case when milestones.event = 'objection_left' then milestones.business_seconds end as objection_business_seconds,

        milestones.is_skipped,
        milestones.has_next_step,
        milestones.is_disqualified,
        milestones.is_returned,
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
