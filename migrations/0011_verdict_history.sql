-- What the service said of every target as of every day, figures that were published, and notices that later data
-- changed one of them.

-- Append only: the record with the greatest id is what is said now of a target as of a day.
create table verdict_days (
  id bigint generated always as identity primary key,
  target_id integer not null references targets (id),
  target_version integer not null,
  as_of date not null,
  recorded_at timestamptz not null default clock_timestamp(),
  verdict text not null,
  value text,
  value_unrounded text,
  distance text,
  used integer not null,
  missing integer not null,
  reason_zh text not null,
  reason_en text not null,
  foreign key (target_id, target_version) references target_versions (target_id, version)
);

create index verdict_days_current on verdict_days (target_id, as_of, id desc) include (verdict);
create index verdict_days_as_of on verdict_days (as_of);

create function refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '% is append only', tg_table_name;
end
$$;

create trigger verdict_days_kept before update or delete on verdict_days
  for each statement execute function refuse_change();

-- As-of days to be judged anew. Only inserted and deleted, never updated, so that no writer waits for another. Without
-- to_day: everything from from_day on, as a change left it; with to_day: a stretch within one quarter, ready to be
-- taken. scope: all, target:<id>, air:<group>, water, report:<indicator>.
create table verdict_marks (
  id bigint generated always as identity primary key,
  scope text not null,
  from_day date not null,
  to_day date check (to_day >= from_day)
);

-- Triggers, not calls: whatever changes a figure marks the verdicts that rest on it in its own transaction.
create function mark_group_days() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    insert into verdict_marks (scope, from_day)
    select 'air:' || n.group_code, min(n.day) from new_rows n join old_rows o using (day, group_code)
     where (n.so2, n.no2, n.co, n.o3_8h, n.o3_1h, n.pm10, n.pm25, n.pm10_no_dust, n.pm25_no_dust, n.dust_hours)
           is distinct from
           (o.so2, o.no2, o.co, o.o3_8h, o.o3_1h, o.pm10, o.pm25, o.pm10_no_dust, o.pm25_no_dust, o.dust_hours)
     group by n.group_code;
  else
    insert into verdict_marks (scope, from_day)
    select 'air:' || group_code, min(day) from new_rows group by group_code;
  end if;
  return null;
end
$$;

create trigger group_days_added after insert on air_group_days
  referencing new table as new_rows for each statement execute function mark_group_days();
create trigger group_days_changed after update on air_group_days
  referencing old table as old_rows new table as new_rows for each statement execute function mark_group_days();
create trigger group_days_removed after delete on air_group_days
  referencing old table as new_rows for each statement execute function mark_group_days();

create function mark_water_months() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    insert into verdict_marks (scope, from_day)
    select 'water', min(n.month) from new_rows n join old_rows o using (month, site_id)
     where (n.items, n.input, n.grade, n.no_flow) is distinct from (o.items, o.input, o.grade, o.no_flow)
    having count(*) > 0;
  else
    insert into verdict_marks (scope, from_day) select 'water', min(month) from new_rows having count(*) > 0;
  end if;
  return null;
end
$$;

create trigger water_months_added after insert on water_site_months
  referencing new table as new_rows for each statement execute function mark_water_months();
create trigger water_months_changed after update on water_site_months
  referencing old table as old_rows new table as new_rows for each statement execute function mark_water_months();
create trigger water_months_removed after delete on water_site_months
  referencing old table as new_rows for each statement execute function mark_water_months();

-- A figure counts from the last day of its period on.
create function mark_reports() returns trigger
language plpgsql as $$
begin
  insert into verdict_marks (scope, from_day)
  select 'report:' || indicator, min(period_end) - 1 from new_rows group by indicator;
  return null;
end
$$;

create trigger reports_added after insert on period_reports
  referencing new table as new_rows for each statement execute function mark_reports();
create trigger reports_changed after update on period_reports
  referencing new table as new_rows for each statement execute function mark_reports();
create trigger reports_removed after delete on period_reports
  referencing old table as new_rows for each statement execute function mark_reports();

create function mark_target_versions() returns trigger
language plpgsql as $$
begin
  insert into verdict_marks (scope, from_day)
  select 'target:' || target_id, min(effective) from new_rows group by target_id;
  return null;
end
$$;

create trigger target_versions_added after insert on target_versions
  referencing new table as new_rows for each statement execute function mark_target_versions();

-- Rules, members and kinds of sites reach back to the first day.
create function mark_all_verdicts() returns trigger
language plpgsql as $$
begin
  insert into verdict_marks (scope, from_day) values ('all', date '0001-01-01');
  return null;
end
$$;

create trigger members_changed after insert or update or delete or truncate on site_group_members
  for each statement execute function mark_all_verdicts();
create trigger standards_changed after insert or update or delete on standards
  for each statement execute function mark_all_verdicts();
create trigger site_kinds_changed after update of kind on sites
  for each statement execute function mark_all_verdicts();

create function mark_settings() returns trigger
language plpgsql as $$
begin
  insert into verdict_marks (scope, from_day)
  select 'all', date '0001-01-01' from new_rows where name not like 'demo-%' limit 1;
  return null;
end
$$;

create trigger settings_added after insert on settings
  referencing new table as new_rows for each statement execute function mark_settings();

-- What is stored already is judged once.
insert into verdict_marks (scope, from_day)
  select 'all', date '0001-01-01' where exists (select from target_versions);

-- A month or year of a figure as it was made public. Marked again, the newer mark stands and the older one stays.
create table published_figures (
  id bigint generated always as identity primary key,
  -- target: subject a target's number. group-mean: <group>/<statistic>. section-class: a site's code.
  kind text not null check (kind in ('target', 'group-mean', 'section-class')),
  subject text not null,
  -- YYYY or YYYY-MM, and the same as half-open days.
  period text not null,
  first_day date not null,
  end_day date not null,
  published_value text not null,
  computed_value text,
  -- What is computed now; the notices lead from computed_value to it.
  current_value text,
  document text not null,
  published_on date not null,
  note text not null default '',
  marked_at timestamptz not null default clock_timestamp(),
  marked_by text not null,
  marked_office text not null,
  replaced_by bigint references published_figures (id),
  check (end_day > first_day)
);

create unique index published_figures_standing on published_figures (kind, subject, period) where replaced_by is null;

create table figure_notices (
  id bigint generated always as identity primary key,
  figure_id bigint not null references published_figures (id),
  raised_at timestamptz not null default clock_timestamp(),
  old_value text,
  new_value text,
  -- The writes behind the change: id, kind, who, when, why, upload.
  causes jsonb not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_office text,
  acknowledged_words text
);

create index figure_notices_figure on figure_notices (figure_id, id);
