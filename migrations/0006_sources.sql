-- Where files come from, with the way in which theirs are read, and the column names that the bureau has given a
-- meaning. Both are kept as versions that are never altered; what holds now is a view of the latest.

create table source_versions (
  code text not null check (code <> ''),
  version integer not null check (version > 0),
  name_zh text not null,
  description text not null default '',
  -- Which end of its hour a time names in the files of this source.
  hour_label text not null check (hour_label in ('end', 'start')),
  -- What the columns are; null where the header says it.
  mapping jsonb,
  -- Options of an upload by name; what a request says itself goes before them.
  options jsonb not null default '{}',
  recorded_at timestamptz not null default clock_timestamp(),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  reason text not null default '',
  primary key (code, version)
);

create view sources as
select distinct on (code)
  code, version, name_zh, description, hour_label, mapping, options,
  recorded_at as edited_at, actor_name, actor_office, reason
from source_versions
order by code, version desc;

create table column_name_versions (
  -- As normaliseName leaves it; printed is how the bureau wrote it.
  name text not null check (name <> ''),
  -- Holds only in tables about this medium; '' in all.
  medium text not null default '' check (medium in ('', 'air', 'water', 'other', 'report')),
  version integer not null check (version > 0),
  printed text not null,
  -- Exactly one of the three, none when the name was taken back.
  role text,
  published text,
  indicator text references indicators (code),
  -- Of role site: the name of an area.
  area text check (area in ('township', 'district')),
  -- Among columns of one role the lowest is read.
  rank smallint not null default 0 check (rank between 0 and 9),
  note text not null default '',
  removed boolean not null default false,
  recorded_at timestamptz not null default clock_timestamp(),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  primary key (name, medium, version),
  check (num_nonnulls(role, published, indicator) = case when removed then 0 else 1 end)
);

create view column_names as
select name, medium, version, printed, role, published, indicator, area, rank, note,
  recorded_at as edited_at, actor_name, actor_office
from (
  select distinct on (name, medium) *
  from column_name_versions
  order by name, medium, version desc
) latest
where not removed;
