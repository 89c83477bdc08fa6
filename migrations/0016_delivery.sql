-- Channels, the outbox of messages with their deliveries, private addresses that may be called, and who runs which job.

-- Where messages go. Settings hold no secret: those are in channel_secrets, sealed with a key of the environment.
create table channels (
  id integer generated always as identity primary key,
  version integer not null default 1,
  name text not null check (name <> ''),
  type text not null check (type in ('dingtalk', 'wecom', 'feishu', 'webhook', 'email', 'alertmanager', 'inbox')),
  settings jsonb not null,
  disabled boolean not null default false,
  -- Messages of a channel that is gone keep their row.
  removed_at timestamptz
);

create unique index channels_name on channels (name) where removed_at is null;

-- Every change, with what was set before it; of secrets only that they were given anew or taken away.
create table channel_versions (
  channel_id integer not null references channels (id),
  version integer not null check (version > 0),
  name text not null,
  settings jsonb not null,
  disabled boolean not null,
  removed boolean not null default false,
  secrets_changed text[] not null default '{}',
  recorded_at timestamptz not null default clock_timestamp(),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  reason text not null default '',
  primary key (channel_id, version)
);

-- Only the secrets in force: nobody may read a former one, so none is kept.
create table channel_secrets (
  channel_id integer not null references channels (id),
  field text not null,
  sealed text not null,
  -- Which key opens it.
  key_id text not null,
  set_at timestamptz not null default clock_timestamp(),
  primary key (channel_id, field)
);

-- Which process sends to a channel: one at a time, so that its rate is kept and messages go out in their order.
create table channel_turns (
  channel_id integer primary key references channels (id),
  holder text,
  lease_until timestamptz,
  -- Nothing is sent before: the receiver asked for time, or did not answer again and again.
  blocked_until timestamptz,
  failures integer not null default 0
);

create table outbox (
  id bigint generated always as identity primary key,
  channel_id integer not null references channels (id),
  -- The same on every attempt and shown by the channel: who gets a message twice can tell.
  key text not null check (key <> ''),
  kind text not null,
  severity text not null,
  notification jsonb not null,
  -- held: waits for the end of quiet hours, which is its next attempt. sending: an attempt is under way, or its process
  -- is gone.
  state text not null default 'queued' check (state in ('queued', 'sending', 'delivered', 'held', 'dead')),
  -- Since it was put here, or sent again by a person.
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  attempt_id bigint,
  last_code text,
  last_message text,
  created_at timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  unique (channel_id, key)
);

create index outbox_waiting on outbox (channel_id, next_attempt_at, id) where state in ('queued', 'held', 'sending');
create index outbox_dead on outbox (channel_id, id) where state = 'dead';
create index outbox_channel on outbox (channel_id, id);
create index outbox_key on outbox (key);

create table delivery_attempts (
  id bigint generated always as identity primary key,
  outbox_id bigint not null references outbox (id) on delete cascade,
  -- Of the message. No foreign key: its lock would meet that of a removal the other way round.
  channel_id integer not null,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  -- Messages that it cost the receiver's rate limit.
  cost integer not null default 1,
  -- Null while under way. interrupted: the process ended before it knew.
  outcome text check (outcome in ('delivered', 'retry', 'refused', 'interrupted')),
  code text,
  message text
);

create index delivery_attempts_outbox on delivery_attempts (outbox_id, id);
create index delivery_attempts_recent on delivery_attempts (channel_id, started_at);

-- Loopback, link-local and private addresses that channels may call. Ended, never altered.
create table network_allowances (
  id integer generated always as identity primary key,
  -- A network (10.1.0.0/16, fd00::/8), an address or the name of a host.
  target text not null check (target <> ''),
  reason text not null check (reason <> ''),
  added_at timestamptz not null default clock_timestamp(),
  added_by text not null,
  added_by_office text not null,
  removed_at timestamptz,
  removed_by text,
  removal_reason text
);

create unique index network_allowances_target on network_allowances (target) where removed_at is null;

-- One row for each job: which due time was taken last, by whom, until when it is theirs, and what became of it.
create table jobs (
  name text primary key,
  expression text not null,
  makes_up boolean not null,
  -- Not a job of the version that started last.
  retired boolean not null default false,
  next_due_at timestamptz not null,
  due_at timestamptz,
  run_id bigint,
  takeovers integer not null default 0,
  holder text,
  lease_until timestamptz,
  last_started_at timestamptz,
  last_finished_at timestamptz,
  last_outcome text check (last_outcome in ('succeeded', 'failed', 'abandoned')),
  last_duration_ms double precision,
  last_error text,
  last_success_at timestamptz,
  -- Runs without success since the last success.
  failures integer not null default 0
);

create table job_runs (
  id bigint generated always as identity primary key,
  job text not null references jobs (name),
  due_at timestamptz not null,
  -- tick: at its time; made-up: its time had passed; taken-over: the process that had begun it is gone.
  cause text not null check (cause in ('tick', 'made-up', 'taken-over')),
  holder text not null,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  outcome text check (outcome in ('succeeded', 'failed', 'abandoned')),
  error text
);

create index job_runs_job on job_runs (job, id);
