{{ config(
    materialized='incremental',
    unique_key='deal_id',
    indexes=[
        {'columns': ['deal_id'], 'unique': true},
        {'columns': ['created_at']},
        {'columns': ['is_open']},
        {'columns': ['client_id']}
    ]
) }}

with

deals as (

    select deals.*
    from {{ ref('int_deals') }} as deals
    {{ taken_for_many() }}
    where {{ key_changed_since_last_build('deals.deal_id', ref('int_deal_first_contacts'), 'deal_id') }}

),

first_contacts as (

    select * from {{ ref('int_deal_first_contacts') }}

),

settings as (

    select * from {{ source('conf', 'settings') }}
    limit 1

),

stays as (

    select
        fct_deal_stage_stays.*,
        step in ('won', 'lost') and step is distinct from previous_step as is_closing,
        step not in ('won', 'lost') and previous_step in ('won', 'lost') as is_reopening,
        exit in ('deleted', 'still_there') as is_last
    from {{ ref('fct_deal_stage_stays') }} as fct_deal_stage_stays
    inner join deals using (deal_id)

),

stay_summaries as (

    select
        deal_id,
        max(stay_no) - 1 as moves,
        count(*) filter (where is_reopening) as reopenings,
        max(stay_no) filter (where is_closing) as closing_stay_no,
        {% for step_no in range(2, 9) -%}
        min(entered_at) filter (where step_no between {{ step_no }} and 8) as reached_{{ step_no }}_at{% if not loop.last %},{% endif %}
        {% endfor %}
    from stays
    group by deal_id

),

first_stays as (

    select * from stays
    where stay_no = 1

),

last_stays as (

    select * from stays
    where is_last

),

-- The entry into won or lost that stands: nothing but won, or nothing but lost, came after it. Found once, not once for each deal.
closings as materialized (

    select
        stays.deal_id,
        stays.owner_id_at_entry as owner_id,
        stays.previous_step,
        stays.entered_at
    from stays
    inner join stay_summaries
        on stay_summaries.deal_id = stays.deal_id
        and stay_summaries.closing_stay_no = stays.stay_no
    inner join last_stays
        on last_stays.deal_id = stays.deal_id
        and last_stays.step = stays.step

),

days as not materialized (

    select * from {{ ref('int_business_days') }}

),

final as (

    select
        deals.deal_id,
        deals.account_id,
        deals.crm_id,
        deals.client_id,
        last_stays.pipeline_id,
        last_stays.stage_id,
        last_stays.owner_id_at_exit as owner_id,
        first_stays.owner_id_at_entry as owner_id_at_creation,
        closings.owner_id as owner_id_at_close,
        deals.created_by_id,
        deals.deleted_by_id,
        last_stays.loss_reason_id,

        deals.name,
        last_stays.step,
        deals.source,
        settings.currency,
        deals.currency as original_currency,
        case when last_stays.step in ('won', 'lost') then last_stays.step else 'open' end as outcome,
        case when last_stays.step = 'lost' then closings.previous_step end as lost_from_step,

        last_stays.step_no,
        round(deals.amount * rates.rate, 2)::numeric(18, 2) as amount,
        deals.amount::numeric(18, 2) as original_amount,
        stay_summaries.moves,
        stay_summaries.reopenings,
        case when last_stays.step = 'won' then extract(epoch from closings.entered_at - deals.created_at)::bigint end
            as sales_cycle_seconds,
        case
            when last_stays.step = 'won'
                then {{ business_seconds('created', 'deals.created_at', 'won', 'closings.entered_at') }}
        end as sales_cycle_business_seconds,
        case when last_stays.step = 'won' then extract(epoch from closings.entered_at - stay_summaries.reached_3_at)::bigint end
            as deal_close_seconds,
        case
            when last_stays.step = 'won'
                then {{ business_seconds('qualified', 'stay_summaries.reached_3_at', 'won', 'closings.entered_at') }}
        end as deal_close_business_seconds,
        extract(epoch from stay_summaries.reached_3_at - deals.created_at)::bigint as lead_processing_seconds,
        {{ business_seconds('created', 'deals.created_at', 'qualified', 'stay_summaries.reached_3_at') }}
            as lead_processing_business_seconds,
        round({{ business_clock('here', 'last_stays.entered_at') }})::bigint as stage_entered_clock,
        first_contacts.first_call_seconds,
        first_contacts.first_call_business_seconds,
        first_contacts.first_contact_seconds,
        first_contacts.first_contact_business_seconds,

        last_stays.step = 'incoming' as is_incoming,
        last_stays.step not in ('won', 'lost') as is_open,
        last_stays.step = 'won' as is_won,
        last_stays.step = 'lost' as is_lost,
        coalesce(first_contacts.is_contacted_in_norm, false) as is_contacted_in_norm,
        deals.is_deleted,

        deals.created_at,
        case
            when closings.deal_id is null then null
            when deals.is_closed and deals.stage_id = last_stays.stage_id then coalesce(deals.closed_at, closings.entered_at)
            else closings.entered_at
        end as closed_at,
        deals.deleted_at,
        last_stays.entered_at as stage_entered_at,
        first_contacts.first_call_at,
        first_contacts.first_contact_at,
        first_contacts.last_contact_at,
        stay_summaries.reached_2_at as reached_contacted_at,
        stay_summaries.reached_3_at as reached_qualified_at,
        stay_summaries.reached_4_at as reached_proposal_at,
        stay_summaries.reached_5_at as reached_meeting_at,
        stay_summaries.reached_6_at as reached_objection_at,
        stay_summaries.reached_7_at as reached_agreement_at,
        stay_summaries.reached_8_at as reached_won_at
    from deals
    inner join stay_summaries on stay_summaries.deal_id = deals.deal_id
    inner join first_stays on first_stays.deal_id = deals.deal_id
    inner join last_stays on last_stays.deal_id = deals.deal_id
    inner join first_contacts on first_contacts.deal_id = deals.deal_id
    left join closings on closings.deal_id = deals.deal_id
    left join days as created on created.day = {{ business_day('deals.created_at') }}
    left join days as qualified on qualified.day = {{ business_day('stay_summaries.reached_3_at') }}
    left join days as won on won.day = {{ business_day('closings.entered_at') }}
    left join days as here on here.day = {{ business_day('last_stays.entered_at') }}
    -- A closed deal at the rate of the day it was closed on, an open one at the last rate there is.
    {{ join_exchange_rate('rates', 'deals.currency', "coalesce(" ~ business_day('closings.entered_at') ~ ", date '9999-12-31')") }}
    left join settings on true

)

select * from final
