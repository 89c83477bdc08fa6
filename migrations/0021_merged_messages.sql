-- Messages of one group that wait together leave as one.

-- What waits alike and may leave together: the group and, within quiet hours, their end. Null: goes by itself.
alter table outbox add column hold_key text;
-- The message that says it in the place of this one, which is kept with its key as it was put here.
alter table outbox add column merged_into bigint references outbox (id);

-- merged: never sent by itself.
alter table outbox drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check
  check (state in ('queued', 'sending', 'delivered', 'held', 'dead', 'merged') and (state = 'merged') = (merged_into is not null));

create index outbox_held on outbox (channel_id, hold_key) where state = 'held';
create index outbox_merged on outbox (merged_into) where merged_into is not null;

create or replace view board.messages as
select o.id as message_id, o.created_at as time, c.name as channel, c.type as channel_type, o.kind, o.severity,
       case o.severity when 'notice' then '提示' when 'warning' then '警告' when 'critical' then '严重' else o.severity end
         as severity_zh,
       o.state, case o.state when 'queued' then '待发' when 'sending' then '发送中' when 'delivered' then '已送达'
         when 'held' then '静默时段暂存' when 'dead' then '未能送达' when 'merged' then '已并入另一条' end as state_zh,
       o.attempts, o.next_attempt_at, o.delivered_at
  from outbox o join channels c on c.id = o.channel_id;
call board.open_to('cei_grafana');

-- A round asks whether any rule has changed: an answer must not cost a look at all of them.
create index alert_rules_waiting on alert_rules (code) where version <> evaluated_version;

-- Another value after every change of a rule or of what the engine has taken up. Not a count: what is rolled back must not
-- come again under the same value.
create table alert_rules_stamp (
  one boolean primary key default true check (one),
  value uuid not null default gen_random_uuid()
);
insert into alert_rules_stamp default values;

create function stamp_alert_rules() returns trigger language plpgsql as $$
begin
  update alert_rules_stamp set value = gen_random_uuid();
  return null;
end $$;

create trigger alert_rules_stamped after insert or update or delete or truncate on alert_rules
  for each statement execute function stamp_alert_rules();
create trigger alert_rule_versions_stamped after insert or update or delete or truncate on alert_rule_versions
  for each statement execute function stamp_alert_rules();
