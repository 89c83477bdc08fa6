-- Days whose derived figures are out of date. A write marks them in its own transaction; the recomputation deletes
-- the mark in the transaction that stores the new figures, so a crash loses none.
create table pending_days (
  medium text not null check (medium in ('air', 'water')),
  site_id integer not null,
  day date not null,
  marked_at timestamptz not null default clock_timestamp(),
  primary key (medium, site_id, day)
);

-- Unrounded means (20 decimals) of one station's day. *_no_dust: the ledger without declared dust hours.
create table air_site_days (
  day date not null,
  site_id integer not null references sites (id),
  so2 numeric, no2 numeric, co numeric, o3_8h numeric, o3_1h numeric, pm10 numeric, pm25 numeric,
  pm10_no_dust numeric, pm25_no_dust numeric,
  -- Per item: where the figure came from (hourly or daily input) and how many hours it rests on.
  inputs jsonb not null,
  dust_hours smallint not null,
  computed_at timestamptz not null default now(),
  primary key (day, site_id)
);

create table air_group_days (
  day date not null,
  group_code text not null references site_groups (code),
  so2 numeric, no2 numeric, co numeric, o3_8h numeric, o3_1h numeric, pm10 numeric, pm25 numeric,
  pm10_no_dust numeric, pm25_no_dust numeric,
  stations smallint not null,
  standard_id text not null,
  aqi smallint,
  level text,
  category text,
  primary_pollutants text[] not null default '{}',
  iaqi jsonb not null,
  dust_hours smallint not null,
  computed_at timestamptz not null default now(),
  primary key (day, group_code)
);

create table water_site_months (
  month date not null,
  site_id integer not null references sites (id),
  -- Item means as decimal texts, and the number of samples behind them.
  items jsonb not null,
  samples smallint not null,
  input text not null check (input in ('monthly', 'samples', 'none')),
  grade smallint check (grade between 1 and 6),
  determining text[] not null default '{}',
  main_pollutants jsonb not null default '[]',
  no_flow boolean not null,
  standard_id text not null,
  computed_at timestamptz not null default now(),
  primary key (month, site_id)
);
