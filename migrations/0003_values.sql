-- The Beijing day (UTC+8 without daylight saving) of an instant. Written out, because `at time zone '+08'` counts
-- west of Greenwich.
create function beijing_day(ts timestamptz) returns date
language sql immutable parallel safe
return (ts at time zone 'UTC' + interval '8 hours')::date;

-- Time-keyed tables are hypertables where TimescaleDB is installed, and natively range-partitioned by Beijing year
-- elsewhere. Queries are the same for both.
create function create_time_table(table_name text, column_list text, chunk interval) returns void
language plpgsql as $$
begin
  if exists (select from pg_extension where extname = 'timescaledb') then
    execute format('create table %I (%s)', table_name, column_list);
    execute format(
      'select create_hypertable(%L, %L, chunk_time_interval => %L::interval, create_default_indexes => false)',
      table_name, 'ts', chunk);
  else
    execute format('create table %I (%s) partition by range (ts)', table_name, column_list);
  end if;
end
$$;

-- Makes the missing partitions for every Beijing year that [first_ts, last_ts] touches; nothing to do for hypertables.
-- Attaching a finished table, unlike creating a partition in place, blocks neither readers nor writers of the parent.
create function ensure_partitions(table_name text, first_ts timestamptz, last_ts timestamptz) returns integer
language plpgsql as $$
declare
  made integer := 0;
  partition_name text;
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
        made := made + 1;
      end if;
    end if;
  end loop;
  return made;
end
$$;

-- One row per committed change of values: the upload or source behind them, who, when and why.
create table writes (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('upload', 'device', 'demo', 'manual')),
  upload_id bigint,
  source text,
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  reason text not null default '',
  at timestamptz not null default now()
);

create table uploads (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  file_name text not null,
  sha256 text not null,
  bytes bigint not null,
  status text not null check (status in ('committed', 'rejected')),
  write_id bigint references writes (id),
  report jsonb not null
);

create index uploads_at on uploads (at desc);
alter table writes add foreign key (upload_id) references uploads (id) deferrable initially deferred;

-- ts is the start of the interval. write_id is the write that last touched the row; columns it did not touch have
-- their own write in value_origins.
select create_time_table('air_hour', $ddl$
  ts timestamptz not null, write_id bigint not null, site_id integer not null,
  so2 double precision, no2 double precision, co double precision, o3 double precision,
  pm10 double precision, pm25 double precision,
  primary key (ts, site_id)
$ddl$, interval '30 days');

select create_time_table('air_day', $ddl$
  ts timestamptz not null, write_id bigint not null, site_id integer not null,
  so2 double precision, no2 double precision, co double precision, o3_8h double precision,
  pm10 double precision, pm25 double precision, o3_1h double precision,
  primary key (ts, site_id)
$ddl$, interval '365 days');

select create_time_table('air_month', $ddl$
  ts timestamptz not null, write_id bigint not null, site_id integer not null,
  so2 double precision, no2 double precision, co double precision, o3_8h double precision,
  pm10 double precision, pm25 double precision, o3_1h double precision,
  primary key (ts, site_id)
$ddl$, interval '3650 days');

do $$
declare
  items text := '
    wt double precision, ph double precision, "do" double precision, codmn double precision, cod double precision,
    bod5 double precision, nh3n double precision, tp double precision, tn double precision, cu double precision,
    zn double precision, f double precision, se double precision, "as" double precision, hg double precision,
    cd double precision, cr6 double precision, pb double precision, cn double precision, vp double precision,
    oil double precision, las double precision, s double precision, fc double precision, so4 double precision,
    cl double precision, no3n double precision, fe double precision, mn double precision, ec double precision,
    turb double precision, chla double precision, algae double precision';
begin
  perform create_time_table('water_sample',
    'ts timestamptz not null, write_id bigint not null, site_id integer not null,' || items || ', primary key (ts, site_id)',
    interval '90 days');
  perform create_time_table('water_month',
    'ts timestamptz not null, write_id bigint not null, site_id integer not null,' || items || ', primary key (ts, site_id)',
    interval '3650 days');
end
$$;

-- Everything that no wide family holds.
select create_time_table('series_values', $ddl$
  ts timestamptz not null, write_id bigint not null, site_id integer not null,
  span text not null check (span in ('hour', 'day', 'month', 'instant')),
  indicator text not null,
  value double precision,
  primary key (ts, site_id, indicator, span)
$ddl$, interval '90 days');

-- AQI, levels and classes as the source published them: kept as given, never used in place of computed ones.
select create_time_table('published_texts', $ddl$
  ts timestamptz not null, write_id bigint not null, site_id integer not null,
  span text not null check (span in ('hour', 'day', 'month', 'instant')),
  indicator text not null,
  value text,
  primary key (ts, site_id, indicator, span)
$ddl$, interval '90 days');

-- The write behind a value whose row was touched later by another write.
create table value_origins (
  family text not null,
  ts timestamptz not null,
  site_id integer not null,
  indicator text not null,
  span text not null default '',
  write_id bigint not null,
  primary key (family, ts, site_id, indicator, span)
);

-- What is unusual about a value (a set per value) and what its cell said. indicator '*' stands for the whole row.
create table value_flags (
  family text not null,
  ts timestamptz not null,
  site_id integer not null,
  indicator text not null,
  flag text not null check (flag in ('below-detection', 'no-flow', 'maintenance', 'suspect', 'invalid')),
  raw text not null default '',
  detection_limit double precision,
  reason text not null default '',
  write_id bigint not null references writes (id),
  primary key (family, ts, site_id, indicator, flag)
);

create table flag_history (
  id bigint generated always as identity primary key,
  family text not null,
  ts timestamptz not null,
  site_id integer not null,
  indicator text not null,
  flag text not null,
  change text not null check (change in ('set', 'cleared')),
  raw text not null default '',
  detection_limit double precision,
  reason text not null default '',
  write_id bigint not null references writes (id)
);

create index flag_history_key on flag_history (family, ts, site_id);

-- A changed value keeps its earlier ones. Who, when and why are in writes, by new_write_id.
create table revisions (
  id bigint generated always as identity primary key,
  family text not null,
  ts timestamptz not null,
  site_id integer not null,
  indicator text not null,
  span text not null default '',
  old_value text,
  new_value text,
  old_write_id bigint not null,
  new_write_id bigint not null references writes (id)
);

create index revisions_key on revisions (family, ts, site_id, indicator);

create table latest_rows (
  family text not null,
  site_id integer not null,
  ts timestamptz not null,
  primary key (family, site_id)
);

-- Rates, areas, counts and milestones: figures of a period [period_start, period_end).
create table period_reports (
  id bigint generated always as identity primary key,
  indicator text not null references indicators (code),
  site_id integer not null references sites (id),
  period_kind text not null check (period_kind in ('year', 'half-year', 'quarter', 'month', 'to-date')),
  period_start date not null,
  period_end date not null,
  value numeric not null,
  numerator numeric,
  denominator numeric,
  evidence text,
  write_id bigint not null references writes (id),
  unique (indicator, site_id, period_kind, period_start, period_end)
);

create table period_report_revisions (
  id bigint generated always as identity primary key,
  report_id bigint not null references period_reports (id),
  old_row jsonb not null,
  new_row jsonb not null,
  new_write_id bigint not null references writes (id)
);

-- Declared dust periods (沙尘天气过程): data the bureau enters, with the document behind them.
create table dust_periods (
  id integer generated always as identity primary key,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  document text not null,
  note text not null default '',
  write_id bigint not null references writes (id),
  check (ends_at > starts_at),
  unique (starts_at, ends_at, document)
);
