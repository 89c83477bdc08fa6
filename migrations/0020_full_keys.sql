-- Readings come in the order of time, so that pages of their keys are filled once and rarely split later: filled to 97 %
-- instead of 90 %, a stored value takes less than 22 bytes with its key.
create or replace function ensure_partitions(table_name text, first_ts timestamptz, last_ts timestamptz) returns integer
language plpgsql as $$
declare
  made integer := 0;
  partition_name text;
  key_name regclass;
begin
  if (select relkind from pg_class where oid = table_name::regclass) <> 'p' then
    return 0;
  end if;
  for y in extract(year from beijing_day(first_ts))::integer .. extract(year from beijing_day(last_ts))::integer loop
    partition_name := table_name || '_' || y;
    if to_regclass(partition_name) is null then
      -- Another process may be making the same one: look again under the lock.
      execute format('lock table only %I in share update exclusive mode', table_name);
      if to_regclass(partition_name) is null then
        execute format('create table %I (like %I including defaults including constraints)',
          partition_name, table_name);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)',
          table_name, partition_name, y || '-01-01 00:00:00+08', (y + 1) || '-01-01 00:00:00+08');
        select indexrelid::regclass into key_name
          from pg_index where indrelid = to_regclass(partition_name) and indisprimary;
        if key_name is not null then
          execute format('alter index %s set (fillfactor = 97)', key_name);
        end if;
        made := made + 1;
      end if;
    end if;
  end loop;
  return made;
end
$$;

-- Those that are there: what comes from now on.
do $$
declare
  key_name regclass;
begin
  for key_name in
    select i.indexrelid::regclass
      from pg_index i
      join pg_inherits h on h.inhrelid = i.indrelid
      join pg_partitioned_table p on p.partrelid = h.inhparent
     where i.indisprimary
  loop
    execute format('alter index %s set (fillfactor = 97)', key_name);
  end loop;
end
$$;
