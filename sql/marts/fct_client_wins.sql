{{ config(meta={'rows_of': ['int_client_wins'], 'moving': ['lapsed_at']}) }}

-- From a win on a client is active for so many days; the next win, if it comes in time, takes over, so that a client is active through
-- one win at a time and counts for the manager of that win.

with

settings as (

    {{ zone_and_today() }}

)

select
    wins.deal_id,
    wins.client_id,
    wins.manager_id,
    wins.pipeline_id,

    wins.win_no,
    wins.amount,

    wins.is_first,
    wins.is_return,

    wins.occurred_at,
    wins.day,
    least(wins.next_day, wins.lapse_day) as active_before,
    case
        when
            wins.lapse_day <= settings.today
            and coalesce(wins.next_day > wins.lapse_day, true)
            then wins.lapse_day::timestamp at time zone settings.time_zone
    end as lapsed_at
from {{ ref('int_client_wins') }} as wins
cross join settings
where wins.deal_id is not null
