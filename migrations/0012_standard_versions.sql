-- What standards and plans said at any moment, and the moment of the commit on everything that a question about a past
-- moment orders by.

-- Every state of a standard's document; null once it is removed. Kept by trigger, so that a change by hand is kept too.
create table standard_versions (
  id bigint generated always as identity primary key,
  standard_id text not null,
  document jsonb,
  recorded_at timestamptz not null default clock_timestamp(),
  recorded_by text not null default session_user
);

create index standard_versions_standard on standard_versions (standard_id, id);

create table plan_versions (
  id bigint generated always as identity primary key,
  plan_id text not null,
  plan jsonb,
  recorded_at timestamptz not null default clock_timestamp(),
  recorded_by text not null default session_user
);

create index plan_versions_plan on plan_versions (plan_id, id);

-- What was there before changes were recorded is taken to have been so all along.
insert into standard_versions (standard_id, document, recorded_at, recorded_by)
select id, document, timestamptz '1970-01-01 00:00:00+00', 'migration' from standards order by id;
insert into plan_versions (plan_id, plan, recorded_at, recorded_by)
select id, to_jsonb(plans) - 'edited_at', timestamptz '1970-01-01 00:00:00+00', 'migration' from plans order by id;

create function keep_standard_version() returns trigger
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
  -- Whatever was derived under the old text is derived anew.
  insert into pending_days (medium, site_id, day)
    select 'air', site_id, day from air_site_days union select 'water', site_id, month from water_site_months
     order by 1, 2, 3
    on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at;
  return null;
end
$$;

create trigger standards_kept after insert or update or delete on standards
  for each row execute function keep_standard_version();

create function keep_plan_version() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    insert into plan_versions (plan_id, plan) values (old.id, null);
  else
    insert into plan_versions (plan_id, plan) values (new.id, to_jsonb(new) - 'edited_at');
  end if;
  return null;
end
$$;

create trigger plans_kept after insert or update or delete on plans
  for each row execute function keep_plan_version();

-- One moment for everything that a transaction records besides values: as the last thing before its commit, under the
-- lock that also orders writes (migration 0008), so that no reader of that moment has missed it.
create function commit_stamp() returns timestamptz
language plpgsql as $$
declare
  stamp text := current_setting('county.commit_stamp', true);
begin
  if stamp is null or stamp = '' then
    perform pg_advisory_xact_lock(hashtext('order of writes'));
    stamp := clock_timestamp()::text;
    perform set_config('county.commit_stamp', stamp, true);
  end if;
  return stamp::timestamptz;
end
$$;

create function stamp_record() returns trigger
language plpgsql as $$
begin
  execute format('update %I as t set recorded_at = commit_stamp() where ', tg_table_name) || tg_argv[0] using new;
  return null;
end
$$;

create constraint trigger standard_versions_stamped after insert on standard_versions
  deferrable initially deferred for each row execute function stamp_record('t.id = $1.id');
create constraint trigger plan_versions_stamped after insert on plan_versions
  deferrable initially deferred for each row execute function stamp_record('t.id = $1.id');
create constraint trigger site_history_stamped after insert on site_history
  deferrable initially deferred for each row execute function stamp_record('t.id = $1.id');
create constraint trigger site_group_member_history_stamped after insert on site_group_member_history
  deferrable initially deferred for each row execute function stamp_record('t.id = $1.id');
create constraint trigger target_versions_stamped after insert on target_versions
  deferrable initially deferred
  for each row execute function stamp_record('t.target_id = $1.target_id and t.version = $1.version');
