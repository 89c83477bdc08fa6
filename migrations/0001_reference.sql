-- Reference data: what can be measured, where, by which standard, and what the plans ask for. Rows come from seeds
-- or from the bureau; edited_at is set once a person has changed a row, and the seeder leaves it alone from then on.

create table seed_entries (
  kind text not null,
  key text not null,
  content_hash text not null,
  loaded_at timestamptz not null default now(),
  primary key (kind, key)
);

create table indicators (
  code text primary key check (code ~ '^[a-z0-9_]+$'),
  name_zh text not null,
  name_en text not null,
  unit text not null,
  decimals smallint not null,
  medium text not null check (medium in ('air', 'water', 'other', 'report')),
  plausible_min double precision,
  plausible_max double precision,
  possible_min double precision,
  possible_max double precision,
  synonyms text[] not null default '{}',
  edited_at timestamptz
);

create table offices (
  code text primary key,
  name_zh text not null,
  edited_at timestamptz
);

create table sites (
  id integer generated always as identity primary key,
  code text not null unique,
  name text not null,
  kind text not null,
  water_body text,
  aliases text[] not null default '{}',
  placeholder boolean not null default false,
  edited_at timestamptz
);

create table site_groups (
  code text primary key,
  name_zh text not null,
  edited_at timestamptz
);

create table site_group_members (
  group_code text not null references site_groups (code) on delete cascade,
  site_id integer not null references sites (id),
  position smallint not null,
  primary key (group_code, site_id)
);

create table standards (
  id text primary key,
  document jsonb not null,
  edited_at timestamptz
);

create table plans (
  id text primary key,
  document text not null,
  title_zh text not null,
  issued date not null,
  effective date not null,
  due date not null,
  edited_at timestamptz
);

create table targets (
  id integer primary key,
  plan_id text not null references plans (id)
);

create sequence target_ids start 1001 owned by targets.id;

-- A target changes by a new version with its own document and effective date; versions are never altered.
create table target_versions (
  target_id integer not null references targets (id),
  version integer not null,
  effective date not null,
  document text not null,
  definition jsonb not null,
  recorded_at timestamptz not null default now(),
  recorded_by text not null,
  primary key (target_id, version)
);

-- Named choices with a default, among them every unconfirmed rule; the history is kept.
create table settings (
  name text not null,
  value jsonb not null,
  recorded_at timestamptz not null default clock_timestamp(),
  recorded_by text not null,
  reason text not null default '',
  primary key (name, recorded_at)
);
