-- Who was there to be kept: a client that bought in a month, quarter or year, in the period after it, and whether it bought again then.

select
    client_period_id,
    client_id,
    manager_id,

    period_kind,

    is_retained,

    period_start,
    occurred_at
from {{ ref('int_client_periods') }}
where
    client_period_id is not null
    and period_start <= {{ today() }}
