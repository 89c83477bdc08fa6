-- Rules of alerting, what every alert is and was, who was told of it, and what keeps messages back.

-- By what a route names a channel.
alter table channels add column code text;
update channels set code = 'channel-' || id;
alter table channels alter column code set not null;
create unique index channels_code on channels (code) where removed_at is null;

create table alert_rules (
  code text primary key,
  version integer not null default 1,
  kind text not null,
  -- As the rule's schema has it; `enabled` stands in it.
  document jsonb not null,
  -- A rule that a person has changed is not replaced by a newer seed.
  seeded boolean not null default false,
  removed_at timestamptz,
  -- The version that the engine has taken up: a new one is begun, a switched-off one ended, once.
  evaluated_version integer not null default 0
);

create table alert_rule_versions (
  code text not null references alert_rules (code),
  version integer not null check (version > 0),
  document jsonb not null,
  removed boolean not null default false,
  recorded_at timestamptz not null default clock_timestamp(),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  reason text not null default '',
  -- Data before this time are judged by the version before; null: no earlier version has judged any.
  holds_from timestamptz,
  primary key (code, version)
);

-- Routes, inhibitions and limits: one document, the last version is in force.
create table alert_routings (
  version integer primary key check (version > 0),
  document jsonb not null,
  seeded boolean not null default false,
  recorded_at timestamptz not null default clock_timestamp(),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  reason text not null default ''
);

-- Working days of a year, given by a person where the library has none or the notice was changed.
create table working_day_overrides (
  day date primary key,
  works boolean not null,
  name_zh text not null default '',
  recorded_at timestamptz not null default clock_timestamp(),
  actor_name text not null,
  actor_office text not null
);

-- What rules have to look at anew: derived days of a site, months of water, targets as of a day, corrected published
-- figures. Appended in the transaction that changed them; the round takes them in the one that stores what follows.
create table alert_marks (
  id bigint generated always as identity primary key,
  subject text not null check (subject in ('air', 'water', 'target', 'published')),
  -- Site, target, or published figure.
  subject_id integer not null,
  day date not null,
  marked_at timestamptz not null default clock_timestamp()
);

create index alert_marks_order on alert_marks (subject, subject_id, day);

-- One row for each alert that a rule has ever had something to say of: identity and present state.
create table alerts (
  fingerprint text primary key,
  rule_code text not null references alert_rules (code),
  labels jsonb not null,
  offices text[] not null,
  -- The state machine's state, whole; `status` and `severity` are its parts that are asked for.
  state jsonb not null,
  status text not null check (status in ('inactive', 'pending', 'firing', 'resolved', 'no-data', 'error')),
  -- Of an alert that fires (also without data).
  severity text check (severity in ('notice', 'warning', 'critical')),
  firing_since timestamptz,
  -- The last result, ready to be shown.
  result jsonb not null,
  rule_version integer not null,
  changed_at timestamptz not null default clock_timestamp()
);

create index alerts_rule on alerts (rule_code);
create index alerts_active on alerts (status, severity) where status in ('pending', 'firing', 'no-data', 'error');

-- Every transition with its one reason. A re-evaluation that finds otherwise ends a row and adds others.
create table alert_transitions (
  id bigint generated always as identity primary key,
  fingerprint text not null references alerts (fingerprint),
  -- Digest of what it says: the same is not noted twice.
  transition_key text not null,
  reason text not null,
  -- In the time of the data.
  at timestamptz not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  severity text,
  from_severity text,
  -- State after it, from which a re-evaluation can begin.
  state jsonb not null,
  verdict jsonb not null,
  rule_version integer not null,
  noted_at timestamptz not null,
  -- Set when corrected data no longer say so.
  withdrawn_at timestamptz
);

create index alert_transitions_alert on alert_transitions (fingerprint, at, id) where withdrawn_at is null;
create index alert_transitions_noted on alert_transitions (noted_at, id);

-- Which message told whom of which episode of an alert; written with the message.
create table alert_told (
  outbox_id bigint not null references outbox (id),
  fingerprint text not null references alerts (fingerprint),
  -- Start of the episode.
  starts_at timestamptz not null,
  channel_id integer not null references channels (id),
  group_key text not null,
  kind text not null,
  -- Level of an escalation.
  level integer,
  told_at timestamptz not null default clock_timestamp(),
  primary key (outbox_id, fingerprint, starts_at)
);

create index alert_told_episode on alert_told (fingerprint, starts_at, channel_id, told_at);
create index alert_told_group on alert_told (group_key, told_at);

-- What was not sent, and why.
create table alert_withheld (
  id bigint generated always as identity primary key,
  fingerprint text not null references alerts (fingerprint),
  channel text,
  kind text,
  why text not null check (why in ('silenced', 'maintenance', 'inhibited', 'never-told', 'not-told')),
  reason_zh text not null,
  withheld_by text,
  at timestamptz not null default clock_timestamp()
);

create index alert_withheld_alert on alert_withheld (fingerprint, id);

-- Silences (by the clock) and maintenance windows (by the time of the data). Ended early, never deleted.
create table alert_silences (
  id integer generated always as identity primary key,
  kind text not null check (kind in ('silence', 'maintenance')),
  title_zh text not null default '',
  matchers jsonb not null,
  reason text not null check (reason <> ''),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  created_at timestamptz not null default clock_timestamp(),
  actor_name text not null,
  actor_office text not null,
  token_id integer references tokens (id),
  ended_at timestamptz,
  ended_by text
);

create index alert_silences_time on alert_silences (ends_at) where ended_at is null;

-- An episode that somebody has taken on, at a severity; and notes about it.
create table alert_acknowledgements (
  id bigint generated always as identity primary key,
  fingerprint text not null references alerts (fingerprint),
  starts_at timestamptz not null,
  severity text not null,
  at timestamptz not null default clock_timestamp(),
  actor_name text not null,
  actor_office text not null,
  token_id integer references tokens (id),
  -- By a link: of which message.
  outbox_id bigint references outbox (id),
  note_zh text not null default ''
);

create index alert_acknowledgements_alert on alert_acknowledgements (fingerprint, starts_at);

create table alert_notes (
  id bigint generated always as identity primary key,
  fingerprint text not null references alerts (fingerprint),
  at timestamptz not null default clock_timestamp(),
  actor_name text not null,
  actor_office text not null,
  note_zh text not null check (note_zh <> '')
);

create index alert_notes_alert on alert_notes (fingerprint, id);

-- Links that acknowledge once, without a login: only digests are kept.
create table alert_links (
  digest bytea primary key,
  channel_id integer not null references channels (id),
  notification_key text not null,
  -- The episodes that it acknowledges: fingerprint, start and severity of each.
  episodes jsonb not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
