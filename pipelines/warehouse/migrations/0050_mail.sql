-- The raw tables of mail are made here and not at their first landing, for readers ask them what a folder held.
select ops.ensure_stream('imap', 'messages');
select ops.ensure_stream('maildir', 'messages');
create index on raw.imap__messages (account_id, (payload ->> 'mailbox'), (payload ->> 'folder')) where not is_deleted;
create index on raw.maildir__messages (account_id, (payload ->> 'mailbox'), (payload ->> 'folder')) where not is_deleted;

-- Which nodes of a graph hang together: pairs of neighbours in, one row per node out, `component` being its smallest node. Nodes are
-- numbered 1..n without gaps. Union-find with path halving, near linear: a recursive query walks every pair of a component instead,
-- which for one automatic thread of 5,000 messages is 25 million rows.
create function ops.connected_components(p_left int[], p_right int[]) returns table (node int, component int)
language plpgsql immutable parallel safe as $$
declare
  v_parent int[];
  v_a int;
  v_b int;
begin
  if p_left is null or cardinality(p_left) = 0 then
    return;
  end if;
  select array_agg(n) into v_parent
  from generate_series(1, (select max(n) from unnest(p_left || p_right) as n)) as n;
  for i in 1 .. cardinality(p_left) loop
    v_a := p_left[i];
    v_b := p_right[i];
    while v_parent[v_a] <> v_a loop
      v_parent[v_a] := v_parent[v_parent[v_a]];
      v_a := v_parent[v_a];
    end loop;
    while v_parent[v_b] <> v_b loop
      v_parent[v_b] := v_parent[v_parent[v_b]];
      v_b := v_parent[v_b];
    end loop;
    -- The smaller one stays the root, so that the result does not depend on the order of the pairs.
    if v_a < v_b then
      v_parent[v_b] := v_a;
    elsif v_b < v_a then
      v_parent[v_a] := v_b;
    end if;
  end loop;
  for i in 1 .. cardinality(v_parent) loop
    v_a := i;
    while v_parent[v_a] <> v_a loop
      v_parent[v_a] := v_parent[v_parent[v_a]];
      v_a := v_parent[v_a];
    end loop;
    node := i;
    component := v_a;
    return next;
  end loop;
end
$$;
