-- One row that the planner takes for a hundred. The rows a build has just changed are in no statistics, so that it reckons with one or two
-- of them and compares lists of thousands row by row; joined with this one it reckons with hundreds. (plpgsql, for SQL would be inlined.)
create function ops.taken_for_many() returns setof boolean
  language plpgsql stable parallel safe rows 100
  as $$ begin return next true; end $$;
