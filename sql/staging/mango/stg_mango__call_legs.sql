-- One row per leg of the statistics. There is no column of direction: who is an employee has an extension. A menu and a queue are legs
-- of their own and no conversation.

with

legs as (

    select
        calls.account_id,
        calls.id as leg_id,
        calls.is_deleted,
        calls.loaded_xid,
        calls.payload ->> 'entry_id' as call_key,
        nullif(calls.payload ->> 'from_extension', '') as caller_extension,
        nullif(calls.payload ->> 'from_number', '') as caller_number,
        nullif(calls.payload ->> 'to_extension', '') as callee_extension,
        nullif(calls.payload ->> 'to_number', '') as callee_number,
        nullif(calls.payload ->> 'line_number', '') as line,
        coalesce(nullif(calls.payload ->> 'location', ''), 'abonent') as location,
        substring(calls.payload ->> 'disconnect_reason' from '^[0-9]{1,6}')::int as reason,
        nullif(calls.payload #>> '{records,0}', '') as recording_id,
        (calls.payload ->> 'start')::bigint as start,
        (calls.payload ->> 'finish')::bigint as finish,
        coalesce(nullif(calls.payload ->> 'answer', '')::bigint, 0) as answer,
        -- Some phone systems tell Moscow time as if it were UTC (epoch_offset in voronka.yaml).
        coalesce((calls.payload ->> 'epoch_offset')::bigint, 0) as ahead
    from {{ source('mango', 'calls') }} as calls

),

users as (

    select distinct on (account_id, extension)
        account_id,
        extension,
        employee_ref,
        name,
        loaded_xid
    from (
        select
            account_id,
            payload #>> '{telephony,extension}' as extension,
            coalesce(payload #>> '{general,user_id}', id) as employee_ref,
            payload #>> '{general,name}' as name,
            is_deleted,
            loaded_xid
        from {{ source('mango', 'users') }}
    ) as all_users
    where extension <> ''
    -- An extension may have been another's before.
    order by account_id, extension, is_deleted, employee_ref

),

sided as (

    select
        legs.*,
        case
            when legs.caller_extension is not null and legs.callee_extension is not null then 'internal'
            when legs.caller_extension is not null then 'out'
            else 'in'
        end as direction,
        legs.location = 'abonent' as is_person,
        users.employee_ref,
        users.name as employee_name,
        greatest(legs.loaded_xid, users.loaded_xid) as known_xid
    from legs
    left join users
        on users.account_id = legs.account_id
        and users.extension = case
            when legs.callee_extension is null then legs.caller_extension else legs.callee_extension
        end

),

placed as (

    select
        sided.*,
        row_number() over call_so_far as leg_no,
        -- The statistics do not say it: who is rung after somebody has talked is given the call.
        coalesce(
            bool_or(is_person and answer > 0 and not is_deleted) over (call_so_far rows between unbounded preceding and 1 preceding),
            false
        ) as is_after_talk,
        max(known_xid) over (partition by account_id, call_key) as final_xid
    from sided
    window call_so_far as (
        partition by account_id, call_key
        order by start, is_person, finish, leg_id
    )

),

sorted as (

    select
        placed.*,
        case
            when location = 'queue' then 'queue'
            -- Ended by the routing, not by the caller: nobody could have chosen anything.
            when location = 'ivr' and reason = 1170 then 'announcement'
            when location = 'ivr' then 'ivr'
            else 'person'
        end as party,
        case
            when not is_person or answer > 0 then 'answered'
            when reason in (1121, 1122, 1123, 1124) then 'busy'
            when reason = 1110 or reason = 1120 then 'cancelled'
            when reason = 5001 then 'congestion'
            when reason between 1130 and 1159 or reason between 1190 and 1199 then 'failed'
            when reason between 2000 and 4999 or reason >= 5000 then 'failed'
            else 'no_answer'
        end as result
    from placed

),

final as (

    select
        account_id,
        'mango' as source_type,
        call_key,
        leg_id,
        leg_no,
        to_timestamp(start - ahead) as started_at,
        case
            when result <> 'answered' then null
            when answer > 0 then to_timestamp(answer - ahead)
            else to_timestamp(start - ahead)
        end as answered_at,
        to_timestamp(finish - ahead) as ended_at,
        direction as direction_hint,
        -- No number on a call from outside: it is hidden.
        case when direction = 'in' then coalesce(caller_number, 'anonymous') else caller_number end as caller_number,
        callee_number,
        caller_extension,
        callee_extension,
        null::boolean as caller_is_trunk,
        null::boolean as callee_is_trunk,
        party,
        result,
        null::int as talk_seconds_reported,
        null::text as queue,
        line,
        employee_ref,
        employee_name,
        recording_id,
        is_person and is_after_talk as is_transfer,
        is_deleted,
        final_xid as loaded_xid,
        call_key as crm_call_id
    from sorted

)

select * from final
