-- Undo is a kind of write. The list is extended, not replaced: kinds that other migrations added stay.
do $$
declare
  definition text;
begin
  select pg_get_constraintdef(oid) into definition from pg_constraint
   where conrelid = 'writes'::regclass and conname = 'writes_kind_check';
  if definition is not null and position('''undo''' in definition) = 0 then
    alter table writes drop constraint writes_kind_check;
    execute 'alter table writes add constraint writes_kind_check '
      || replace(definition, 'ARRAY[', 'ARRAY[''undo''::text, ');
  end if;
end
$$;

-- `at` orders the writes as they were committed: each transaction stamps its writes as the last thing before its
-- commit, one transaction at a time, later than every stamp before. A clock that was set back by up to a minute does
-- not break the order; a stamp further ahead (a clock once set wrongly) is not followed.
create function stamp_write() returns trigger
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('order of writes'));
  update writes
     set at = greatest(clock_timestamp(), (
       select max(w.at) + interval '1 microsecond' from writes w
        where w.at < clock_timestamp() + interval '1 minute'))
   where id = new.id;
  return null;
end
$$;

create constraint trigger writes_stamped after insert on writes
  deferrable initially deferred for each row execute function stamp_write();

create index writes_at on writes (at);

-- The stretch of time in each table that a write touched: what keeps an undo from reading whole tables.
create table write_extents (
  write_id bigint not null references writes (id),
  family text not null,
  first_ts timestamptz not null,
  last_ts timestamptz not null,
  primary key (write_id, family)
);

-- Uploads that were taken back, once each; who, when and why are in writes, by undo_write_id.
create table write_undos (
  write_id bigint primary key references writes (id),
  upload_id bigint not null unique references uploads (id),
  undo_write_id bigint not null references writes (id)
);

-- The write is inserted by the same transaction and writes are never deleted; checking it row by row took most of the
-- time of a large correction or undo. value_origins and the tables of values do without such a check too.
alter table revisions drop constraint revisions_new_write_id_fkey;

-- A figure that an undo removes leaves its last state behind; one stored again later is a new record.
alter table period_report_revisions drop constraint period_report_revisions_report_id_fkey;
alter table period_report_revisions alter column new_row drop not null;
