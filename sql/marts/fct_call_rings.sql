-- Who was rung on the calls of clients. A view, as fct_calls is.

with

persons as (

    select * from {{ ref('int_calls__persons') }}
    where
        not is_deleted
        and direction = 'in'

),

calls as (

    select * from {{ ref('fct_calls') }}
    where direction = 'in'

),

final as (

    select
        persons.call_id || ':' || persons.person as ring_id,
        persons.call_id,
        calls.account_id,
        persons.manager_id,
        calls.client_id,
        calls.deal_id,

        persons.person as extension,
        persons.queue,
        -- Who did not pick up while a colleague did has missed nothing.
        case
            when persons.result <> 'answered' and calls.outcome = 'answered' then 'answered_elsewhere'
            when persons.result = 'answered' then 'answered'
            else persons.result
        end as result,

        persons.ring_seconds,
        persons.talk_seconds,

        persons.rung_at as occurred_at,
        persons.answered_at
    from persons
    inner join calls on calls.call_id = persons.call_id

)

select * from final
