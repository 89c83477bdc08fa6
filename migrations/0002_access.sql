create table tokens (
  id integer generated always as identity primary key,
  hash bytea not null unique check (octet_length(hash) = 32),
  name text not null,
  office text not null,
  role text not null check (role in ('viewer', 'uploader', 'reviewer', 'operator', 'admin')),
  created_at timestamptz not null default now(),
  created_by text not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text
);

-- Append only: what was done, by whom, to what.
create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  token_id integer references tokens (id),
  actor_name text not null,
  actor_office text not null,
  action text not null,
  subject text not null,
  details jsonb not null default '{}'
);

create index audit_log_at on audit_log (at desc);
