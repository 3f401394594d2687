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
        nullif(record.src, '') as src,
        nullif(record.dst, '') as dst,
        nullif(record.channel, '') as channel,
        nullif(record.dstchannel, '') as dstchannel,
        lower(record.lastapp) as app,
        case when lower(record.lastapp) = 'queue' then nullif(record.lastdata, '') end as queue,
        -- Words in any spelling, or the bit where the column holds numbers.
        case upper(regexp_replace(record.disposition, '[^A-Za-z0-9]', '', 'g'))
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
        substring(record.billsec from '^[0-9]{1,9}')::int as billsec,
        substring(record.sequence from '^[0-9]{1,18}$')::bigint as sequence,
        nullif(record.did, '') as did,
        nullif(record.outbound_cnum, '') as outbound_number,
        -- The id only: where a recording lies is nobody's business here.
        nullif(regexp_replace(record.recordingfile, '^.*/', ''), '') as recording_id,
        lower(record.calltype) as call_type,
        coalesce(lower(record.transfer) in ('1', 't', 'true', 'yes'), false) as is_marked_transfer,
        -- What the site says a context of its dialplan means: a direction, or what answers there.
        pbx.contexts ->> record.dcontext as context_meaning,
        coalesce(pbx.own_numbers, '{}') as own_numbers,
        pbx.trunk_pattern,
        coalesce(pbx.extension_pattern, '^[0-9]{2,5}$') as extension_pattern
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

),

-- `PJSIP/provider-msk-0000001a` is made by peer `provider-msk`; `Local/101@from-queue-00000012;1` rings 101 by way of the dialplan.
peers as (

    select
        records.*,
        channel ilike 'Local/%' as is_caller_local,
        dstchannel ilike 'Local/%' as is_callee_local,
        substring(channel from '^[^/]+/(.*?)(?:-[0-9A-Fa-f]+)?(?:;[12])?$') as caller_peer,
        split_part(
            substring(dstchannel from '^[^/]+/(.*?)(?:-[0-9A-Fa-f]+)?(?:;[12])?$'),
            case when dstchannel ilike 'Local/%' then '@' else '' end,
            1
        ) as callee_peer
    from records

),

-- Without a pattern of the trunks, a channel that is no extension's leads outside. A Local channel leads nowhere: its other half does.
sides as (

    select
        peers.*,
        case
            when channel is null then null
            when is_caller_local then false
            when trunk_pattern is not null then channel ~ trunk_pattern
            else caller_peer !~ extension_pattern and src is distinct from caller_peer and coalesce(src !~ extension_pattern, true)
        end as caller_is_trunk,
        case
            when dstchannel is null then null
            when is_callee_local then false
            when trunk_pattern is not null then dstchannel ~ trunk_pattern
            else callee_peer !~ extension_pattern
        end as callee_is_trunk
    from peers

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
            when not is_caller_local and caller_peer ~ extension_pattern then caller_peer
            when src ~ extension_pattern then src
        end as caller_extension,
        case
            when callee_is_trunk then null
            when callee_peer ~ extension_pattern then callee_peer
            when dstchannel is not null and not is_callee_local and dst ~ extension_pattern then dst
            -- Dialled and not even rung: the phone was not registered.
            when dstchannel is null and app = 'dial' and dst ~ extension_pattern then dst
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
        queue,
        case
            when did is not null then did
            when dst = any (own_numbers) then dst
            when caller_is_trunk and dst ~ '^\+?[0-9]{5,15}$' and dst !~ extension_pattern then dst
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
