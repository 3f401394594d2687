-- One row per conversation that was tried or had, made of the telephone lines UIS reports. Of a call to us: the client's own line (as long
-- as the call; it stands for the menu or the greeting) and each employee's. Of a call from us or between us: the called one's line; the
-- line of who dialled only says who that was. UIS knows calls in and out; one between colleagues goes out, to a line of an employee.

with

legs as (

    select
        legs.account_id,
        legs.id as leg_id,
        legs.is_deleted,
        legs.loaded_xid,
        legs.payload,
        {{ filled('legs.payload', 'call_session_id') }} as call_key,
        {{ filled('legs.payload', 'direction') }} as line_direction,
        coalesce({{ filled('legs.payload', 'is_operator') }} = 'true', false) as is_operator,
        coalesce({{ filled('legs.payload', 'is_coach') }} = 'true', false) as is_coach,
        coalesce({{ filled('legs.payload', 'is_talked') }} <> 'false', true) as may_have_talked,
        coalesce({{ filled('legs.payload', 'is_transfered') }} = 'true', false) as is_transfer,
        {{ filled('legs.payload', 'calling_phone_number') }} as calling_number,
        {{ filled('legs.payload', 'called_phone_number') }} as called_number,
        {{ filled('legs.payload', 'virtual_phone_number') }} as line,
        {{ filled('legs.payload', 'finish_reason') }} as reason,
        {{ filled('legs.payload', 'employee_id') }} as employee_ref,
        {{ filled('legs.payload', 'employee_full_name') }} as employee_name,
        {{ filled('legs.payload', 'group_name') }} as queue,
        nullif(legs.payload #>> '{call_records,0}', '') as recording_id,
        {{ filled('legs.payload', 'duration') }}::numeric::int as duration,
        -- Times are the account's own, written without their zone.
        (legs.payload ->> 'start_time')::timestamp at time zone (legs.payload ->> 'time_zone') as started_at,
        {{ filled('legs.payload', 'connect_time') }}::timestamp at time zone (legs.payload ->> 'time_zone') as connected_at,
        make_interval(secs => coalesce({{ filled('legs.payload', 'total_duration') }}::numeric, 0)::double precision) as length
    from {{ source('uis', 'call_legs') }} as legs

),

sessions as (

    select
        account_id,
        id as call_key,
        {{ filled('payload', 'direction') }} as direction,
        {{ filled('payload', 'contact_phone_number') }} as contact_number,
        nullif(payload #>> '{call_records,0}', '') as recording_id,
        loaded_xid
    from {{ source('uis', 'calls') }}

),

pbx as (

    select
        account_id,
        extension_pattern
    from {{ source('conf', 'pbx') }}
    where source_type = 'uis'

),

employees as (

    select
        account_id,
        id as employee_ref,
        {{ filled('payload', 'full_name') }} as name,
        payload #>> '{extension,extension_phone_number}' as extension,
        loaded_xid
    from {{ source('uis', 'employees') }}

),

-- Whose line it was: by the number itself where it is an extension (the list of employees tells today's), else by the employee.
peopled as (

    select
        legs.*,
        coalesce(legs.employee_name, employees.name) as known_name,
        coalesce(
            case
                when legs.line_direction = 'in' and legs.calling_number ~ coalesce(pbx.extension_pattern, '^[0-9]{2,5}$') then legs.calling_number
                when legs.line_direction = 'out' and legs.called_number ~ coalesce(pbx.extension_pattern, '^[0-9]{2,5}$') then legs.called_number
            end,
            nullif(employees.extension, '')
        ) as extension,
        greatest(legs.loaded_xid, employees.loaded_xid) as known_xid
    from legs
    left join employees
        on employees.account_id = legs.account_id
        and employees.employee_ref = legs.employee_ref
    left join pbx on pbx.account_id = legs.account_id

),

diallers as (

    select distinct on (account_id, call_key)
        account_id,
        call_key,
        extension,
        employee_ref,
        known_name,
        calling_number,
        known_xid
    from peopled
    where
        is_operator
        and line_direction = 'in'
        and not is_deleted
    order by account_id, call_key, started_at, leg_id

),

joined as (

    select
        peopled.*,
        diallers.extension as dialler_extension,
        diallers.employee_ref as dialler_ref,
        diallers.known_name as dialler_name,
        diallers.calling_number as dialler_number,
        sessions.contact_number,
        sessions.recording_id as session_recording_id,
        -- A line that comes in from an employee begins a call of ours. What belongs to a call to the outside is not known of a
        -- transfer by its line alone, but by the number that calls on it.
        case
            when peopled.line_direction = 'in' and peopled.is_operator then null
            when peopled.line_direction = 'in' then 'in'
            when not peopled.is_operator then 'out'
            when diallers.call_key is null then 'in'
            when peopled.is_transfer then 'in'
            else 'internal'
        end as direction,
        greatest(peopled.known_xid, diallers.known_xid, sessions.loaded_xid) as final_xid
    from peopled
    left join diallers
        on diallers.account_id = peopled.account_id
        and diallers.call_key = peopled.call_key
    left join sessions
        on sessions.account_id = peopled.account_id
        and sessions.call_key = peopled.call_key

),

sorted as (

    select
        joined.*,
        case
            when is_coach then 'unknown'
            when direction <> 'in' or is_operator then 'person'
            when connected_at is null then 'unknown'
            -- The PBX itself ended it: nobody could have chosen anything.
            when reason like '%inactive_by_schedule' or reason in (
                'no_active_scenario', 'action_interval_exceeded', 'in_call_not_allowed', 'numa_in_black_list', 'app_is_inactive',
                'component_is_inactive', 'scenario_not_found', 'no_operation'
            ) then 'announcement'
            else 'ivr'
        end as party,
        case
            when connected_at is not null and (may_have_talked or not is_operator and direction = 'in') then 'answered'
            when reason in (
                'operator_busy', 'employee_busy', 'employee_busy_after_call', 'subscriber_busy', 'operator_channels_busy'
            ) then 'busy'
            when reason in ('subscriber_disconnects', 'operator_disconnects', 'transfer_disconnects', 'scenario_disconnects')
                then 'cancelled'
            when reason is null or reason in (
                'operator_not_responsible', 'subscriber_not_responsible', 'another_operator_answer', 'timeout',
                'no_success_operator_call', 'operator_answer', 'call_enqueued'
            ) then 'no_answer'
            when reason in ('no_resources', 'max_in_call_reached', 'max_out_call_reached') then 'congestion'
            -- Not at work, not registered, forbidden, no such number: nothing rang.
            else 'failed'
        end as result
    from joined
    where direction is not null

),

final as (

    select
        account_id,
        'uis' as source_type,
        call_key,
        leg_id,
        leg_id::bigint as leg_no,
        started_at,
        case when result = 'answered' then connected_at end as answered_at,
        started_at + length as ended_at,
        direction as direction_hint,
        case direction
            -- No number on a call from outside: it is hidden.
            when 'in' then coalesce(contact_number, calling_number, 'anonymous')
            else coalesce(dialler_number, calling_number)
        end as caller_number,
        case direction
            when 'out' then coalesce(contact_number, called_number)
            else called_number
        end as callee_number,
        case when direction <> 'in' then dialler_extension end as caller_extension,
        case when direction <> 'out' and is_operator then extension end as callee_extension,
        null::boolean as caller_is_trunk,
        null::boolean as callee_is_trunk,
        party,
        result,
        case when result = 'answered' then duration end as talk_seconds_reported,
        queue,
        line,
        case when direction = 'out' then dialler_ref else employee_ref end as employee_ref,
        case when direction = 'out' then dialler_name else known_name end as employee_name,
        case when result = 'answered' and party = 'person' then coalesce(recording_id, session_recording_id) end as recording_id,
        is_transfer,
        is_deleted,
        final_xid as loaded_xid,
        call_key as crm_call_id
    from sorted

)

select * from final
