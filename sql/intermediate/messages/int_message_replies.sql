{{ config(
    materialized='table',
    indexes=[{'columns': ['message_id'], 'unique': true}, {'columns': ['answer_id']}],
    pre_hook="set local work_mem = '256MB'"
) }}

-- One row per message of a client's that is correspondence: what answered it. An answer is the first message of ours after it in its
-- thread that goes to somebody who took part in it: passing it on to a supplier, or inside the company, answers nobody.

with

messages as (

    select * from {{ ref('int_messages') }}
    where is_correspondence

),

received as (

    select * from messages
    where direction = 'in'

),

sent as (

    select * from messages
    where direction = 'out'

),

sides as (

    select
        message_id,
        thread_id,
        direction,
        occurred_at,
        unnest(outside_hmacs) as address_hmac
    from messages

),

-- Read from the newest on, so that the window only ever grows; a second shared by both counts as question, then answer.
later as (

    select
        message_id,
        thread_id,
        direction,
        address_hmac,
        min(case when direction = 'out' then occurred_at end) over (
            partition by thread_id, address_hmac
            order by occurred_at desc, (direction = 'in')::int, message_id
            rows between unbounded preceding and 1 preceding
        ) as answered_at
    from sides

),

following as (

    select
        later.message_id,
        answers.message_id as answer_id,
        answers.occurred_at as answered_at
    from later
    inner join sides as answers
        on answers.thread_id = later.thread_id
        and answers.address_hmac = later.address_hmac
        and answers.direction = 'out'
        and answers.occurred_at = later.answered_at
    where later.direction = 'in'

),

-- It says itself what it answers, and a clock that was wrong puts it before the question.
preceding as (

    select
        received.message_id,
        sent.message_id as answer_id,
        sent.occurred_at as answered_at
    from received
    inner join sent
        on sent.parent_id = received.message_id
        and sent.thread_id = received.thread_id
        and sent.occurred_at < received.occurred_at
        and sent.outside_hmacs && received.outside_hmacs

),

answers as (

    select distinct on (message_id)
        message_id,
        answer_id,
        answered_at
    from (
        select * from following
        union all
        select * from preceding
    ) as candidates
    order by message_id, answered_at, answer_id

),

final as (

    select
        received.message_id,
        received.thread_id,
        answers.answer_id,
        received.occurred_at as asked_at,
        answers.answered_at,
        -- Of several messages in a row the first one waits, and is answered.
        row_number() over (
            partition by received.thread_id, answers.answer_id
            order by received.occurred_at, received.message_id
        ) = 1 as opens_exchange
    from received
    left join answers on answers.message_id = received.message_id

)

select * from final
