-- Readings from devices and tools that send line protocol.

-- The sites and days that a write of devices touched, one row for each write and family: appended in the write's own
-- transaction, so that writers of the same stations never wait for each other's marks, and spread over pending_days and
-- latest_rows by spread_touches before anything is recomputed.
create table touches (
  write_id bigint not null references writes (id),
  family text not null,
  medium text not null check (medium in ('air', 'water')),
  site_ids integer[] not null,
  -- Of the same length: a Beijing day that the site's rows touched, as days since 1970-01-01, and the last time among
  -- them, as seconds since then.
  days integer[] not null,
  last_times double precision[] not null,
  primary key (write_id, family)
);

-- Moves touches into marks and latest times, at most `batches` of them; those that another process is moving are left
-- to it. Returns how many were moved. Sorted, so that two movers wait for each other instead of deadlocking.
create function spread_touches(batches integer) returns integer
language plpgsql as $$
declare
  moved integer;
begin
  create temporary table if not exists taken_touches (like touches) on commit delete rows;
  with taken as materialized (
    select write_id, family from touches order by write_id limit batches for update skip locked),
  gone as (
    delete from touches t using taken where t.write_id = taken.write_id and t.family = taken.family returning t.*)
  insert into taken_touches select * from gone;
  get diagnostics moved = row_count;
  if moved = 0 then
    return 0;
  end if;
  insert into latest_rows (family, site_id, ts)
  select t.family, u.site_id, to_timestamp(max(u.last_time))
    from taken_touches t, unnest(t.site_ids, t.last_times) as u (site_id, last_time)
   group by t.family, u.site_id order by t.family, u.site_id
  on conflict (family, site_id) do update set ts = excluded.ts where latest_rows.ts < excluded.ts;
  insert into pending_days (medium, site_id, day)
  select distinct t.medium, u.site_id, date '1970-01-01' + u.day as day
    from taken_touches t, unnest(t.site_ids, t.days) as u (site_id, day)
   order by medium, site_id, day
  on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at;
  delete from taken_touches;
  return moved;
end
$$;

-- The latest time of every site in every family, including what was written a moment ago.
create view latest_times as
select family, site_id, max(ts) as ts
  from (
    select family, site_id, ts from latest_rows
    union all
    select t.family, u.site_id, to_timestamp(u.last_time) from touches t, unnest(t.site_ids, t.last_times) as u (site_id, last_time)
  ) known
 group by family, site_id;

-- What a device write received: lines and values as sent, rows after those of one site and time were joined. Null for
-- other kinds of writes.
alter table writes add column lines integer;
alter table writes add column row_count integer;
alter table writes add column value_count integer;

-- Values of one minute and of five; hours are made of them by the standard's rule.
do $$
declare
  items text := '
    ts timestamptz not null, write_id bigint not null, site_id integer not null,
    so2 double precision, no2 double precision, co double precision, o3 double precision,
    pm10 double precision, pm25 double precision,
    primary key (ts, site_id)';
begin
  perform create_time_table('air_minute', items, interval '7 days');
  perform create_time_table('air_minute5', items, interval '30 days');
end
$$;

-- How lines of each kind of sender are read, as versions that are never altered; what holds is the latest.
create table device_source_versions (
  code text not null check (code <> ''),
  version integer not null check (version > 0),
  definition jsonb not null,
  recorded_at timestamptz not null default clock_timestamp(),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  reason text not null default '',
  primary key (code, version)
);

create view device_sources as
select distinct on (code)
  code, version, definition, recorded_at as edited_at, actor_name, actor_office, reason
from device_source_versions
order by code, version desc;

-- Lines whose site or field nobody has explained yet, kept as sent, so that a person can map them and take them in
-- without the device sending again. A line sent again counts up.
create table quarantined_lines (
  id bigint generated always as identity primary key,
  -- Of sender, precision, time of arrival where the line has no time of its own, and the line.
  hash bytea not null unique check (octet_length(hash) = 32),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  code text not null,
  measurement text not null,
  -- The site or field that is not known.
  subject text not null,
  line bytea not null check (octet_length(line) <= 65536),
  precision text not null check (precision in ('ns', 'us', 'ms', 's', 'm', 'h')),
  received_at timestamptz not null,
  last_at timestamptz not null,
  times integer not null default 1
);

create index quarantined_lines_what on quarantined_lines (code, measurement, subject);

-- Whether lines with this token may bring sites that nobody has registered.
alter table tokens add column create_sites boolean not null default false;
