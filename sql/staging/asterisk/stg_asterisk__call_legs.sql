-- One row per record of the CDR. Asterisk knows channels, not people: what a channel is, who stands behind it and what answered are
-- read here from its name, the application that ran last and what conf.pbx says of the site.

with

cdr as (

    select * from {{ source('asterisk', 'cdr') }}

),

pbx as (

    select * from {{ source('conf', 'pbx') }}
    where source_type = 'asterisk'

),

-- What is worked out from a record stands in lateral queries that `offset 0` keeps the planner from dissolving: each is worked out once
-- a row, not once for every use of it further down. Conditions on `loaded_xid` still reach the table.
records as (

    select
        cdr.account_id,
        cdr.id as leg_id,
        cdr.is_deleted,
        cdr.loaded_xid,
        cdr.payload ->> 'call_key' as call_key,
        (cdr.payload ->> 'start_at')::timestamptz as started_at,
        (cdr.payload ->> 'answer_at')::timestamptz as answer_at,
        (cdr.payload ->> 'end_at')::timestamptz as ended_at,
        nullif(record.lastdata, '') as first_argument,
        case
            when record.billsec ~ '^[0-9]{1,9}$' then record.billsec::int
            when record.billsec ~ '^[0-9]{1,9}\.' then split_part(record.billsec, '.', 1)::int
        end as billsec,
        case when record.sequence ~ '^[0-9]{1,18}$' then record.sequence::bigint end as sequence,
        nullif(record.outbound_cnum, '') as outbound_number,
        -- The id only: where a recording lies is nobody's business here.
        nullif(regexp_replace(record.recordingfile, '^.*/', ''), '') as recording_id,
        lower(record.calltype) as call_type,
        coalesce(lower(record.transfer) in ('1', 't', 'true', 'yes'), false) as is_marked_transfer,
        coalesce(pbx.own_numbers, '{}') as own_numbers,
        pbx.trunk_pattern,
        said.*
    from cdr
    cross join lateral jsonb_to_record(cdr.payload -> 'row') as record (
        src text,
        dst text,
        dcontext text,
        channel text,
        dstchannel text,
        lastapp text,
        lastdata text,
        disposition text,
        billsec text,
        sequence text,
        did text,
        outbound_cnum text,
        recordingfile text,
        calltype text,
        transfer text
    )
    left join pbx on pbx.account_id = cdr.account_id
    cross join lateral (
        select
            nullif(record.src, '') as src,
            nullif(record.dst, '') as dst,
            nullif(record.channel, '') as channel,
            nullif(record.dstchannel, '') as dstchannel,
            nullif(record.did, '') as did,
            lower(record.lastapp) as app,
            -- Words in any spelling, or the bit where the column holds numbers.
            case upper(translate(record.disposition, ' _-', ''))
                when 'ANSWERED' then 'answered'
                when '8' then 'answered'
                when 'NOANSWER' then 'no_answer'
                when '0' then 'no_answer'
                when 'BUSY' then 'busy'
                when '4' then 'busy'
                when 'FAILED' then 'failed'
                when '2' then 'failed'
                when 'CONGESTION' then 'congestion'
                when '16' then 'congestion'
                when 'CANCEL' then 'cancelled'
                when 'CANCELED' then 'cancelled'
                when 'CANCELLED' then 'cancelled'
                when '32' then 'cancelled'
                else 'unknown'
            end as result,
            -- What the site says a context of its dialplan means: a direction, or what answers there.
            pbx.contexts ->> record.dcontext as context_meaning,
            coalesce(pbx.extension_pattern, '^[0-9]{2,5}$') as extension_pattern,
            -- `PJSIP/provider-msk-0000001a` is made by peer `provider-msk`; `Local/101@from-queue-00000012;1` rings 101 by way of
            -- the dialplan.
            lower(left(record.channel, 6)) = 'local/' as is_caller_local,
            lower(left(record.dstchannel, 6)) = 'local/' as is_callee_local,
            split_part(substr(record.channel, strpos(record.channel, '/') + 1), ';', 1) as caller_name,
            split_part(
                split_part(substr(record.dstchannel, strpos(record.dstchannel, '/') + 1), ';', 1),
                case when lower(left(record.dstchannel, 6)) = 'local/' then '@' else '' end,
                1
            ) as callee_name
        offset 0
    ) as said

),

matched as (

    select
        records.*,
        peers.*,
        numbers.*
    from records
    -- Without the channel's running number. By string functions: a pattern that finds the same costs three times as much (28 us a row
    -- for the whole view against 41).
    cross join lateral (
        select
            left(caller_name, length(caller_name) - strpos(reverse(caller_name), '-')) as caller_peer,
            case
                when is_callee_local then callee_name
                else left(callee_name, length(callee_name) - strpos(reverse(callee_name), '-'))
            end as callee_peer
        offset 0
    ) as peers
    cross join lateral (
        select
            src ~ extension_pattern as is_src_extension,
            dst ~ extension_pattern as is_dst_extension,
            caller_peer ~ extension_pattern as is_caller_extension,
            callee_peer ~ extension_pattern as is_callee_extension
        offset 0
    ) as numbers

),

-- Without a pattern of the trunks, a channel that is no extension's leads outside. A Local channel leads nowhere: its other half does.
sides as (

    select
        matched.*,
        trunks.*
    from matched
    cross join lateral (
        select
            case
                when channel is null then null
                when is_caller_local then false
                when trunk_pattern is not null then channel ~ trunk_pattern
                else not is_caller_extension and src is distinct from caller_peer and not coalesce(is_src_extension, false)
            end as caller_is_trunk,
            case
                when dstchannel is null then null
                when is_callee_local then false
                when trunk_pattern is not null then dstchannel ~ trunk_pattern
                else not is_callee_extension
            end as callee_is_trunk
        offset 0
    ) as trunks

),

final as (

    select
        account_id,
        'asterisk' as source_type,
        call_key,
        leg_id,
        coalesce(sequence, 0) as leg_no,
        started_at,
        -- A row that nobody answered inherits the answer of the channel it was dialled from.
        case when result = 'answered' then coalesce(answer_at, ended_at) end as answered_at,
        ended_at,
        case
            when context_meaning in ('in', 'out', 'internal') then context_meaning
            when call_type = 'inbound' then 'in'
            when call_type = 'outbound' then 'out'
            when call_type = 'internal' then 'internal'
            when did is not null and not coalesce(callee_is_trunk and not caller_is_trunk, false) then 'in'
        end as direction_hint,
        src as caller_number,
        -- What was rung, where that is another thing than what was dialled at first.
        case when is_callee_local then coalesce(nullif(callee_peer, ''), dst) else dst end as callee_number,
        case
            when caller_is_trunk then null
            when not is_caller_local and is_caller_extension then caller_peer
            when is_src_extension then src
        end as caller_extension,
        case
            when callee_is_trunk then null
            when is_callee_extension then callee_peer
            when dstchannel is not null and not is_callee_local and is_dst_extension then dst
            -- Dialled and not even rung: the phone was not registered.
            when dstchannel is null and app = 'dial' and is_dst_extension then dst
        end as callee_extension,
        caller_is_trunk,
        callee_is_trunk,
        case
            when app in ('voicemail', 'voicemailmain', 'minivmrecord') then 'voicemail'
            when app in ('confbridge', 'meetme') then 'conference'
            when dstchannel is not null then 'person'
            when context_meaning in ('queue', 'ivr', 'voicemail', 'announcement', 'park', 'conference') then context_meaning
            when app in ('dial', 'appdial', 'appdial2', 'followme', 'bridge', 'pickup', 'page') then 'person'
            when app = 'queue' then 'queue'
            when app in ('park', 'parkandannounce', 'parkedcall') then 'park'
            when app in ('background', 'backgrounddetect', 'waitexten', 'read', 'agi', 'eagi', 'fastagi', 'stasis', 'speechbackground') then 'ivr'
            when app in (
                'playback', 'hangup', 'answer', 'wait', 'musiconhold', 'busy', 'congestion', 'playtones', 'echo', 'controlplayback',
                'progress', 'ringing', 'zapateller', 'disa'
            ) or app like 'say%' then 'announcement'
            else 'unknown'
        end as party,
        result,
        case when result = 'answered' then billsec end as talk_seconds_reported,
        case when app = 'queue' then first_argument end as queue,
        case
            when did is not null then did
            when dst = any (own_numbers) then dst
            when caller_is_trunk and not is_dst_extension and dst ~ '^\+?[0-9]{5,15}$' then dst
            when callee_is_trunk then coalesce(outbound_number, case when src = any (own_numbers) then src end)
        end as line,
        null::text as employee_ref,
        null::text as employee_name,
        recording_id,
        coalesce(is_marked_transfer or call_type = 'transfer' or app = 'transferred call', false) as is_transfer,
        is_deleted,
        loaded_xid,
        call_key as crm_call_id
    from sides

)

select * from final
