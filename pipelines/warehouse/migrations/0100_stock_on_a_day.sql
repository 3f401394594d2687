-- A stock over a period is what it was at the period's edge: the sum of those values whose day is the first, or the last, of all.
-- Cube's measures call these over arrays, so that a stock can be asked for by any period and dimension.
create function marts.sum_on_first_day(days date[], amounts numeric[]) returns numeric
language sql immutable parallel safe as $$
  select sum(amount) from unnest(days, amounts) as stock (day, amount)
  where day = (select min(one) from unnest(days) as one)
$$;

create function marts.sum_on_last_day(days date[], amounts numeric[]) returns numeric
language sql immutable parallel safe as $$
  select sum(amount) from unnest(days, amounts) as stock (day, amount)
  where day = (select max(one) from unnest(days) as one)
$$;
