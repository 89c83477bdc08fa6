-- What is particular to TimescaleDB.

-- TimescaleDB's planner cannot add an interval to an infinite time, which PostgreSQL can: the day is counted on before it
-- becomes a time. Nothing else is different from the function of migration 0015.

-- Marks the days [from_day, to_day), of some sites or (null) of all, whose derived rows, comparisons with published
-- figures and suspicions follow from the standards of a medium. A published figure follows from those of its first day:
-- one of its days is marked, so that it is looked at.
create or replace function mark_rule_days(of_medium text, from_day date, to_day date, sites integer[]) returns void
language plpgsql as $$
begin
  if of_medium = 'air' then
    insert into pending_days (medium, site_id, day)
    select 'air', site_id, day from (
      select site_id, day from air_site_days where day >= from_day and day < to_day
      union
      select site_id, beijing_day(ts) from published_texts
       where indicator in ('aqi', 'aqi_level', 'primary_pollutant')
         and ts >= start_of_day(from_day) and ts < start_of_day(to_day)
      union
      select d.site_id, d.day from published_figures f
       cross join lateral (
         select site_id, day from air_site_days where day >= f.first_day and day < f.end_day
          order by day, site_id limit 1) d
       where f.kind = 'group-mean' and f.replaced_by is null and f.first_day >= from_day and f.first_day < to_day
    ) found where sites is null or site_id = any (sites)
     order by site_id, day
    on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at;
  else
    insert into pending_days (medium, site_id, day)
    select 'water', site_id, day from (
      select site_id, month as day from water_site_months where month >= from_day and month < to_day
      union
      -- What was published of a day may be the class of the reading before it, on the day before.
      select site_id, beijing_day(ts) from published_texts
       where indicator = 'water_class' and span = 'instant'
         and ts >= start_of_day(from_day) and ts < start_of_day(to_day + 1)
      union
      -- Whether a detection limit proves anything depends on the limit of the class.
      select site_id, beijing_day(ts) from value_flags
       where family in ('water_sample', 'water_month') and flag = 'below-detection'
         and ts >= start_of_day(from_day) and ts < start_of_day(to_day)
      union
      select m.site_id, m.month from published_figures f
       cross join lateral (
         select w.site_id, w.month from water_site_months w join sites s on s.id = w.site_id and s.code = f.subject
          where w.month >= f.first_day and w.month < f.end_day order by w.month limit 1) m
       where f.kind = 'section-class' and f.replaced_by is null and f.first_day >= from_day and f.first_day < to_day
    ) found where sites is null or site_id = any (sites)
     order by site_id, day
    on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at;
  end if;
end
$$;

-- Turns the compressed chunks of a hypertable that hold any of [first_ts, last_ts] back into rows, one after the other:
-- TimescaleDB cannot lock rows of compressed chunks, and refuses to change many of them in one transaction. The policy
-- compresses them again. Returns how many they were; nothing to do where there is no TimescaleDB.
create function unpack_chunks(table_name text, first_ts timestamptz, last_ts timestamptz) returns integer
language plpgsql as $$
declare
  unpacked integer := 0;
  chunk text;
begin
  if not exists (select from pg_extension where extname = 'timescaledb') then
    return 0;
  end if;
  for chunk in execute
    'select format(''%I.%I'', chunk_schema, chunk_name) from timescaledb_information.chunks
      where hypertable_name = $1 and is_compressed and range_start <= $3 and range_end > $2 order by range_start'
    using table_name, first_ts, last_ts
  loop
    execute format('select decompress_chunk(%L::regclass, true)', chunk);
    unpacked := unpacked + 1;
  end loop;
  return unpacked;
end
$$;
