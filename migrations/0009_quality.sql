-- Suspicions with the rules behind them, reviews by people, and what others published against what is computed.

-- The lists of kinds and flags grow by one each, whatever other migrations have added to them.
do $$
declare
  definition text;
begin
  select pg_get_constraintdef(oid) into definition from pg_constraint
   where conrelid = 'writes'::regclass and conname = 'writes_kind_check';
  alter table writes drop constraint writes_kind_check;
  execute 'alter table writes add constraint writes_kind_check '
    || replace(definition, 'ARRAY[', 'ARRAY[''check''::text, ');
  select pg_get_constraintdef(oid) into definition from pg_constraint
   where conrelid = 'value_flags'::regclass and conname = 'value_flags_flag_check';
  alter table value_flags drop constraint value_flags_flag_check;
  execute 'alter table value_flags add constraint value_flags_flag_check '
    || replace(definition, 'ARRAY[', 'ARRAY[''valid''::text, ');
end
$$;

-- Of `suspect`: the rules that raised it, joined by commas in the order of their list. Of a review (`valid`,
-- `invalid`): the rules that had raised a suspicion which the review answered.
alter table value_flags add column rule text not null default '';
alter table flag_history add column rule text not null default '';
update value_flags set rule = case when indicator = '*' then 'station-state' else 'range' end where flag = 'suspect';
create index value_flags_ruled on value_flags (family, ts, site_id, indicator) where rule <> '';

create table quality_rules (
  key text primary key,
  rule text not null,
  indicator text not null,
  parameters jsonb not null,
  title_zh text not null,
  title_en text not null,
  explanation_zh text not null,
  explanation_en text not null,
  version integer not null default 1,
  edited_at timestamptz,
  unique (rule, indicator)
);

-- What a rule was before and after every edit.
create table quality_rule_versions (
  key text not null references quality_rules (key),
  version integer not null,
  parameters jsonb not null,
  recorded_at timestamptz not null default now(),
  recorded_by text not null,
  reason text not null,
  primary key (key, version)
);

-- Kept by the recomputation of the days it touches; the published figure itself stays in published_texts.
create table published_differences (
  site_id integer not null references sites (id),
  ts timestamptz not null,
  span text not null,
  indicator text not null,
  published text not null,
  computed text not null,
  -- The standard and, where it has several, the named rule that gave `computed`.
  rule text not null,
  -- Why they differ, where that is known.
  cause text not null default '',
  computed_at timestamptz not null default now(),
  primary key (ts, site_id, span, indicator)
);

-- What is stored already is checked and compared once.
insert into pending_days (medium, site_id, day)
  select 'air', site_id, beijing_day(ts) from air_hour
  union select 'air', site_id, beijing_day(ts) from air_day
  union select 'air', site_id, beijing_day(ts) from air_month
  union select 'water', site_id, beijing_day(ts) from water_sample
  union select 'water', site_id, beijing_day(ts) from water_month
on conflict do nothing;
