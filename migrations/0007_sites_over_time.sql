-- What a site was called, where it stood, what measured there and which site took its place, each with its dates of
-- validity. Entries are never altered: a correction withdraws the old entry and names it in `replaces`.
create table site_events (
  id bigint generated always as identity primary key,
  site_id integer not null references sites (id),
  kind text not null check (kind in ('name', 'move', 'merge', 'instrument')),
  -- Beijing days, half open; null is open-ended. Only names end by themselves.
  valid_from date,
  valid_to date,
  name text,
  -- Whether the name was the official one, not a mere alias.
  official boolean,
  longitude numeric check (longitude between -180 and 180),
  latitude numeric check (latitude between -90 and 90),
  merged_into integer references sites (id),
  indicators text[],
  model text,
  method text,
  document text not null default '',
  note text not null default '',
  replaces bigint references site_events (id),
  write_id bigint references writes (id),
  recorded_at timestamptz not null default now(),
  recorded_by text not null,
  recorded_office text not null default '',
  withdrawn_at timestamptz,
  withdrawn_by text,
  withdrawn_office text,
  withdrawn_reason text,
  check (valid_to > valid_from),
  check (kind = 'name' or valid_to is null),
  check (kind <> 'name' or (name is not null and official is not null)),
  check (kind <> 'move' or (longitude is not null and latitude is not null)),
  check (kind <> 'merge' or (merged_into is not null and merged_into <> site_id and valid_from is not null)),
  check (kind <> 'instrument' or (valid_from is not null and indicators is not null))
);

create index site_events_site on site_events (site_id, id);
create unique index site_events_one_merge on site_events (site_id) where kind = 'merge' and withdrawn_at is null;

-- Every state a site's entry was in. No foreign key: a site that an undone upload had created may be gone.
create table site_history (
  id bigint generated always as identity primary key,
  site_id integer not null,
  change text not null check (change in ('created', 'changed', 'removed')),
  code text not null,
  name text not null,
  kind text not null,
  water_body text,
  aliases text[] not null,
  placeholder boolean not null,
  write_id bigint references writes (id),
  recorded_at timestamptz not null default now(),
  recorded_by text not null,
  recorded_office text not null default '',
  reason text not null default ''
);

create index site_history_site on site_history (site_id, id);

-- The members of a group after each change, in the order in which they are shown.
create table site_group_member_history (
  id bigint generated always as identity primary key,
  group_code text not null,
  members integer[] not null,
  recorded_at timestamptz not null default now(),
  recorded_by text not null,
  recorded_office text not null default ''
);

create index site_group_member_history_group on site_group_member_history (group_code, id);

-- What was there before changes were recorded is taken to have been so all along.
insert into site_history
  (site_id, change, code, name, kind, water_body, aliases, placeholder, recorded_at, recorded_by)
select id, 'created', code, name, kind, water_body, aliases, placeholder, timestamptz '1970-01-01 00:00:00+00', 'migration'
  from sites order by id;

insert into site_group_member_history (group_code, members, recorded_at, recorded_by)
select g.code, array(select m.site_id from site_group_members m where m.group_code = g.code order by m.position, m.site_id),
       timestamptz '1970-01-01 00:00:00+00', 'migration'
  from site_groups g order by g.code;

-- Every state of a declared dust period; who, when and why are in writes. new_row is null once it is deleted.
create table dust_period_revisions (
  id bigint generated always as identity primary key,
  period_id integer not null,
  old_row jsonb,
  new_row jsonb,
  write_id bigint not null references writes (id),
  check (old_row is not null or new_row is not null)
);

create index dust_period_revisions_period on dust_period_revisions (period_id, id);
create index dust_period_revisions_write on dust_period_revisions (write_id);

insert into dust_period_revisions (period_id, new_row, write_id)
select id, to_jsonb(dust_periods), write_id from dust_periods order by id;
