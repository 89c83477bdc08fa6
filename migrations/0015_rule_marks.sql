-- A changed rule marks what follows from it, in its own transaction: standards by the days on which they are in force,
-- kinds of sites by their site.

create function start_of_day(day date) returns timestamptz
language sql immutable parallel safe
return (day::timestamp - interval '8 hours') at time zone 'UTC';

-- Marks the days [from_day, to_day), of some sites or (null) of all, whose derived rows, comparisons with published
-- figures and suspicions follow from the standards of a medium. A published figure follows from those of its first day:
-- one of its days is marked, so that it is looked at.
create function mark_rule_days(of_medium text, from_day date, to_day date, sites integer[]) returns void
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
         and ts >= start_of_day(from_day) and ts < start_of_day(to_day) + interval '1 day'
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

-- Marks what a standard's document decides about, before and after its change: the days on which one of the two is in
-- force. The first version of a kind also holds for all days before it. Dust rules and projections are asked when a
-- verdict is made; no stored row follows from them. A kind that is not known here may decide about anything.
create function mark_standard_days(before jsonb, after jsonb) returns void
language plpgsql as $$
declare
  of_kind text;
  from_day date;
  to_day date;
  of_medium text;
begin
  -- No recomputation under the old text is under way, and none begins until this is committed.
  perform pg_advisory_xact_lock(hashtext('site group members'));
  for of_kind in
    select distinct document ->> 'kind' from unnest(array[before, after]) as d (document) where document is not null
  loop
    continue when of_kind in ('dust', 'projection');
    select min((document ->> 'validFrom')::date), max((document ->> 'validFrom')::date) into from_day, to_day
      from unnest(array[before, after]) as d (document) where document ->> 'kind' = of_kind;
    if not exists (
      select from standards
       where document ->> 'kind' = of_kind and (document ->> 'validFrom')::date < from_day)
    then
      from_day := '-infinity';
    end if;
    select coalesce(min((document ->> 'validFrom')::date), 'infinity') into to_day from standards
     where document ->> 'kind' = of_kind and (document ->> 'validFrom')::date > to_day;
    foreach of_medium in array case
        when of_kind in ('air-limits', 'aqi', 'air-evaluation') then array['air']
        when of_kind in ('water-limits', 'water-evaluation', 'groundwater-limits') then array['water']
        else array['air', 'water'] end
    loop
      perform mark_rule_days(of_medium, coalesce(from_day, '-infinity'), to_day, null);
    end loop;
  end loop;
end
$$;

create or replace function keep_standard_version() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.document = old.document and new.id = old.id then
    return null;
  end if;
  insert into standard_versions (standard_id, document)
    select old.id, null where tg_op = 'DELETE' or (tg_op = 'UPDATE' and new.id <> old.id);
  if tg_op <> 'DELETE' then
    insert into standard_versions (standard_id, document) values (new.id, new.document);
  end if;
  perform mark_standard_days(
    case when tg_op <> 'INSERT' then old.document end, case when tg_op <> 'DELETE' then new.document end);
  return null;
end
$$;

-- Marks are taken in this order, 500 at a time: without it every batch sorted all that were left.
create index pending_days_order on pending_days (medium, day, site_id);

-- What changes of kinds, classes and standards left as it was until now is looked at once.
insert into pending_days (medium, site_id, day)
select 'water', site_id, beijing_day(ts) from value_flags
 where family in ('water_sample', 'water_month') and (flag = 'below-detection' or rule <> '')
union
select 'water', site_id, beijing_day(ts) from published_differences where indicator = 'water_class'
union
select 'water', site_id, beijing_day(ts) from published_texts where indicator = 'water_class'
union
select 'air', site_id, beijing_day(ts) from published_differences where indicator <> 'water_class'
 order by 1, 2, 3
on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at;
