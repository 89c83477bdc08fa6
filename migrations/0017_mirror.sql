-- Readings mirrored to an InfluxDB. What is kept is where something was stored, never what: the values are read when
-- they are sent. So a reading changed twice during an outage is sent once, as it is then.

-- One row: where to, and what has become of it. Only while it is enabled anything is kept in the outbox.
create table mirror (
  id boolean primary key default true check (id),
  enabled boolean not null default false,
  -- Address, organisation and bucket: another one is sent everything.
  target text not null default '',
  rows_sent bigint not null default 0,
  sent_at timestamptz,
  lines_refused bigint not null default 0,
  refusal text,
  refused_at timestamptz,
  -- Line protocol has no words for taking a value back: they stay in the mirror, and are counted.
  values_removed bigint not null default 0
);

insert into mirror default values;

-- Where rows wait to be mirrored, in the order in which it was noted.
create table mirror_outbox (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  family text not null,
  -- Only rows that name this write still: others are kept with the write that changed them since. Null: all rows.
  write_id bigint,
  -- Of the same length: the sites and their Beijing days, as days since 1970-01-01. Null: everything of the family.
  site_ids integer[],
  days integer[],
  -- How many of the days are sent; of everything, the key of the last row sent.
  done integer not null default 0,
  after_key jsonb,
  row_count integer not null default 0
);

-- Devices' writes: noted when their touches are spread, so that the write itself does nothing for the mirror.
create function keep_touches_for_mirror() returns trigger
language plpgsql as $$
begin
  if exists (select from mirror where enabled) then
    insert into mirror_outbox (at, family, write_id, site_ids, days, row_count)
    select w.at, g.family, g.write_id, g.site_ids, g.days, coalesce(w.row_count, 0)
      from gone g join writes w on w.id = g.write_id
     order by w.at, g.write_id, g.family;
  end if;
  return null;
end
$$;

create trigger touches_mirrored after delete on touches
  referencing old table as gone for each statement execute function keep_touches_for_mirror();
