-- What is still allowed, expected, and was a year before, of every target as of every day; and more views for the boards.

-- Beside verdict_days, which only grows: of these only what is found now is kept, for they follow from earlier years too
-- and say nothing of whether a target is met. Figures are decimal texts. A day without a row has not been judged since
-- this table was made.
create table target_outlooks (
  target_id integer not null references targets (id),
  as_of date not null,
  certain_since date,
  other_ledger_value text,
  allowed_kind text,
  allowed text,
  allowed_if_missing_stay text,
  allowed_in_all integer,
  allowed_so_far integer,
  days_left integer,
  allowed_zh text,
  projection_method text,
  projection text,
  projection_low text,
  projection_high text,
  projection_level double precision,
  kept_percent double precision,
  projection_zh text,
  before_from date,
  before_through date,
  before_value text,
  difference text,
  change_percent text,
  year_on_year_zh text,
  primary key (target_id, as_of)
);

-- The year that is shown first is judged once more, so that its days have what this table is for.
insert into verdict_marks (scope, from_day)
  select 'all', date_trunc('year', max(as_of))::date from verdict_days having max(as_of) is not null;

create view board.outlook_days as
select board.day_start(o.as_of) as time, o.as_of, o.target_id, o.certain_since, o.other_ledger_value, o.allowed_kind,
       o.allowed, o.allowed::double precision as allowed_number, o.allowed_if_missing_stay,
       o.allowed_if_missing_stay::double precision as allowed_if_missing_stay_number,
       o.allowed_in_all, o.allowed_so_far, o.days_left, o.allowed_zh,
       o.projection_method, o.projection, o.projection::double precision as projection_number,
       o.projection_low, o.projection_low::double precision as projection_low_number,
       o.projection_high, o.projection_high::double precision as projection_high_number,
       o.projection_level, o.kept_percent, o.projection_zh,
       o.before_from, o.before_through, o.before_value, o.before_value::double precision as before_number,
       o.difference, o.difference::double precision as difference_number,
       o.change_percent, o.year_on_year_zh
  from target_outlooks o;
comment on view board.outlook_days is '每个指标、每个截至日一行：还可以、预计、同比、自何时起已成定局，与接口所算相同；没有行的日子尚未计算';
comment on column board.outlook_days.time is '截至日的北京零时，供时间轴';
comment on column board.outlook_days.as_of is '截至日（含当日数据）';
comment on column board.outlook_days.target_id is '指标编号';
comment on column board.outlook_days.certain_since is '自哪个截至日起结论已成定局；未定为空';
comment on column board.outlook_days.other_ledger_value is '另一口径（含沙尘或扣除沙尘）的值；没有另一口径为空';
comment on column board.outlook_days.allowed_kind is '还可以的种类：mean 剩余控制浓度、bad-days 天数余额、sections 断面、gap 差额、room 余量、time 时间';
comment on column board.outlook_days.allowed is '还可以的数：剩余控制浓度、还可超标的天数（负为已超出）、差额或余量，十进制文字；种类没有单一的数为空';
comment on column board.outlook_days.allowed_number is '同 allowed，供画图';
comment on column board.outlook_days.allowed_if_missing_stay is '缺测的日子不再补报时的同一个数；只有 mean 和 bad-days 有';
comment on column board.outlook_days.allowed_if_missing_stay_number is '同上，供画图';
comment on column board.outlook_days.allowed_in_all is '全年最多可超标的天数；只有 bad-days 有';
comment on column board.outlook_days.allowed_so_far is '已超标的天数；只有 bad-days 有';
comment on column board.outlook_days.days_left is '考核期余下的天数';
comment on column board.outlook_days.allowed_zh is '还可以的说法，与接口一致；期满或没有为空';
comment on column board.outlook_days.projection_method is '预计的方法代码';
comment on column board.outlook_days.projection is '预计期末的值（中位数），估算，不是判定；没有为空';
comment on column board.outlook_days.projection_number is '同 projection，供画图';
comment on column board.outlook_days.projection_low is '预计区间下端；往年不足为空';
comment on column board.outlook_days.projection_low_number is '同 projection_low，供画图';
comment on column board.outlook_days.projection_high is '预计区间上端；往年不足为空';
comment on column board.outlook_days.projection_high_number is '同 projection_high，供画图';
comment on column board.outlook_days.projection_level is '预计区间的百分数，如 80';
comment on column board.outlook_days.kept_percent is '推算中达到目标的百分数；往年不足为空';
comment on column board.outlook_days.projection_zh is '预计的说法，与接口一致';
comment on column board.outlook_days.before_from is '同比时段首日';
comment on column board.outlook_days.before_through is '同比时段末日';
comment on column board.outlook_days.before_value is '上年同期值，按目标精度；没有为空';
comment on column board.outlook_days.before_number is '同 before_value，供画图';
comment on column board.outlook_days.difference is '本期减上年同期，目标单位；不能比较为空';
comment on column board.outlook_days.difference_number is '同 difference，供画图';
comment on column board.outlook_days.change_percent is '变化百分数；类别等不计，为空';
comment on column board.outlook_days.year_on_year_zh is '同比的说法；不能比较时写明原因；不作同比为空';

create view board.target_outlooks as
select t.target_id, t.as_of, o.target_id is not null as computed,
       case when o.target_id is null then '尚未计算' else coalesce(o.allowed_zh, '—') end as allowed_zh,
       case when o.target_id is null then '尚未计算' else coalesce(o.projection_zh, '—') end as projection_zh,
       case when o.target_id is null then '尚未计算' else coalesce(o.year_on_year_zh, '—') end as year_on_year_zh,
       case when o.target_id is null then '尚未计算' else coalesce(o.certain_since::text, '—') end as certain_since_zh,
       o.certain_since, o.other_ledger_value, o.allowed_kind, o.allowed, o.allowed_if_missing_stay, o.allowed_in_all,
       o.allowed_so_far, o.days_left, o.projection, o.projection_low, o.projection_high, o.kept_percent, o.before_from,
       o.before_through, o.before_value, o.difference, o.change_percent
  from (select x.id as target_id,
               (select r.as_of from verdict_days r where r.target_id = x.id order by r.as_of desc, r.id desc limit 1) as as_of
          from targets x) t
  left join target_outlooks o on o.target_id = t.target_id and o.as_of = t.as_of;
comment on view board.target_outlooks is '每个指标一行：与 board.targets 同一截至日的还可以、预计、同比、自何时起已成定局';
comment on column board.target_outlooks.target_id is '指标编号';
comment on column board.target_outlooks.as_of is '截至的北京日，与 board.targets 相同；还没有判定为空';
comment on column board.target_outlooks.computed is '这一天是否已经计算';
comment on column board.target_outlooks.allowed_zh is '还可以的说法；— 为期满或没有，尚未计算 为这一天还没有算';
comment on column board.target_outlooks.projection_zh is '预计的说法（估算，不是判定），写法同上';
comment on column board.target_outlooks.year_on_year_zh is '同比的说法，写法同上';
comment on column board.target_outlooks.certain_since_zh is '自何时起已成定局，写法同上';
comment on column board.target_outlooks.certain_since is '自哪个截至日起已成定局；未定为空';
comment on column board.target_outlooks.other_ledger_value is '另一口径的值';
comment on column board.target_outlooks.allowed_kind is '还可以的种类代码，见 board.outlook_days';
comment on column board.target_outlooks.allowed is '还可以的数，十进制文字';
comment on column board.target_outlooks.allowed_if_missing_stay is '缺测的日子不再补报时的同一个数';
comment on column board.target_outlooks.allowed_in_all is '全年最多可超标的天数';
comment on column board.target_outlooks.allowed_so_far is '已超标的天数';
comment on column board.target_outlooks.days_left is '考核期余下的天数';
comment on column board.target_outlooks.projection is '预计期末的值，估算';
comment on column board.target_outlooks.projection_low is '预计区间下端';
comment on column board.target_outlooks.projection_high is '预计区间上端';
comment on column board.target_outlooks.kept_percent is '推算中达到目标的百分数';
comment on column board.target_outlooks.before_from is '同比时段首日';
comment on column board.target_outlooks.before_through is '同比时段末日';
comment on column board.target_outlooks.before_value is '上年同期值';
comment on column board.target_outlooks.difference is '本期减上年同期';
comment on column board.target_outlooks.change_percent is '变化百分数';

-- The demonstration ends in the past: boards show what lies as many days back.
create or replace view board.service as
select coalesce((select s.value = 'true'::jsonb from settings s where s.name = 'demo-data'
                  order by s.recorded_at desc limit 1), false) as demo,
       case when (select s.value = 'true'::jsonb from settings s where s.name = 'demo-data'
                   order by s.recorded_at desc limit 1) then '示例数据' else '正式数据' end as data_zh,
       (select max(v.as_of) from verdict_days v) as as_of,
       (select v.recorded_at from verdict_days v order by v.id desc limit 1) as judged_at,
       (select count(*) from pending_days) as pending_days,
       (select min(p.marked_at) from pending_days p) as pending_since,
       case when (select s.value = 'true'::jsonb from settings s where s.name = 'demo-data'
                   order by s.recorded_at desc limit 1)
            then greatest(0, beijing_day(now()) - (select max(v.as_of) from verdict_days v)) else 0 end as back_days;
comment on column board.service.back_days is '看板回看的天数：示例数据停在过去，为判定截至日距今的天数；正式数据为 0';

-- Alerts.

create or replace view board.alerts as
select a.rule_code, coalesce(r.document ->> 'titleZh', a.rule_code) as rule_zh,
       (select string_agg(l.key || '=' || l.value, ' ' order by l.key) from jsonb_each_text(a.labels) as l) as labels,
       array_to_string(array(select coalesce(o.name_zh, c.code) from unnest(a.offices) with ordinality as c (code, n)
         left join offices o on o.code = c.code order by c.n), '、') as offices_zh,
       a.status, case a.status when 'inactive' then '未报警' when 'pending' then '待确认（未到持续时间）'
         when 'firing' then '报警中' when 'resolved' then '已恢复' when 'no-data' then '没有数据'
         when 'error' then '无法判断' end as status_zh,
       a.severity, case a.severity when 'notice' then '提示' when 'warning' then '警告' when 'critical' then '严重' end
         as severity_zh,
       a.firing_since, a.changed_at,
       a.fingerprint as alert_id, a.severity is not null as firing, a.offices as office_codes,
       a.result ->> 'siteZh' as site_zh, a.result ->> 'valueZh' as value_zh, a.result ->> 'limitZh' as limit_zh,
       a.result ->> 'periodZh' as period_zh,
       to_timestamp((a.state -> 'pending' ->> 'startsAt')::double precision / 1000) as pending_since,
       k.at as acknowledged_at, k.actor_office as acknowledged_office_zh
  from alerts a join alert_rules r on r.code = a.rule_code
  left join lateral (
    select x.at, x.actor_office from alert_acknowledgements x
     where a.severity is not null and x.fingerprint = a.fingerprint and x.starts_at = a.firing_since
       and array_position(array['notice', 'warning', 'critical'], x.severity)
           >= array_position(array['notice', 'warning', 'critical'], a.severity)
     order by x.id desc limit 1) k on true;
comment on column board.alerts.status_zh is '状态：未报警、待确认（未到持续时间）、报警中、已恢复、没有数据、无法判断';
comment on column board.alerts.alert_id is '告警的标识';
comment on column board.alerts.firing is '是否在报警；没有数据、无法判断时仍未恢复的也是';
comment on column board.alerts.office_codes is '责任单位代码';
comment on column board.alerts.site_zh is '点位；与点位无关的为空';
comment on column board.alerts.value_zh is '最近一次评价的数值';
comment on column board.alerts.limit_zh is '规则的界限';
comment on column board.alerts.period_zh is '最近一次评价的数据时段';
comment on column board.alerts.pending_since is '超限开始的时刻（数据的时间）；不在待确认为空';
comment on column board.alerts.acknowledged_at is '按现在的级别已有人确认的时刻；没有为空';
comment on column board.alerts.acknowledged_office_zh is '确认的单位';

create view board.alert_changes as
select t.noted_at as time, t.id as change_id, t.fingerprint as alert_id, a.rule_code,
       coalesce(r.document ->> 'titleZh', a.rule_code) as rule_zh, t.verdict ->> 'siteZh' as site_zh,
       a.offices as office_codes,
       array_to_string(array(select coalesce(o.name_zh, c.code) from unnest(a.offices) with ordinality as c (code, n)
         left join offices o on o.code = c.code order by c.n), '、') as offices_zh,
       t.reason, case t.reason when 'became-pending' then '开始超限，未到持续时间' when 'pending-ended' then '未到持续时间即恢复'
         when 'became-firing' then '报警' when 'severity-rose' then '加重' when 'severity-fell' then '减轻'
         when 'resolved' then '恢复' when 'no-data-began' then '开始没有数据' when 'no-data-ended' then '又有数据'
         when 'error-began' then '开始无法判断' when 'error-ended' then '又能判断'
         when 'rule-ended' then '规则停用或不再适用'
         when 'period-ended' then '考核期结束，不再评价' end as reason_zh,
       t.severity, case t.severity when 'notice' then '提示' when 'warning' then '警告' when 'critical' then '严重' end
         as severity_zh,
       t.at, t.starts_at, t.ends_at, t.verdict ->> 'valueZh' as value_zh, t.verdict ->> 'limitZh' as limit_zh,
       t.verdict ->> 'periodZh' as period_zh, t.withdrawn_at,
       case when t.withdrawn_at is null then '有效' else '数据更正后撤回' end as state_zh
  from alert_transitions t join alerts a on a.fingerprint = t.fingerprint join alert_rules r on r.code = a.rule_code;
comment on view board.alert_changes is '告警的每次变化，含数据更正后撤回的；须按 time 限定范围';
comment on column board.alert_changes.time is '发现的时刻';
comment on column board.alert_changes.change_id is '编号';
comment on column board.alert_changes.alert_id is '告警的标识';
comment on column board.alert_changes.rule_code is '规则代码';
comment on column board.alert_changes.rule_zh is '规则名称';
comment on column board.alert_changes.site_zh is '点位；与点位无关的为空';
comment on column board.alert_changes.office_codes is '责任单位代码';
comment on column board.alert_changes.offices_zh is '责任单位';
comment on column board.alert_changes.reason is '变化的原因代码';
comment on column board.alert_changes.reason_zh is '变化的原因，与服务所写一致';
comment on column board.alert_changes.severity is '变化后的级别代码';
comment on column board.alert_changes.severity_zh is '变化后的级别';
comment on column board.alert_changes.at is '引起变化的数据的时间';
comment on column board.alert_changes.starts_at is '超限（或缺数）开始的时刻，数据的时间';
comment on column board.alert_changes.ends_at is '超限结束的时刻，数据的时间；没有结束为空';
comment on column board.alert_changes.value_zh is '当时的数值';
comment on column board.alert_changes.limit_zh is '当时的界限';
comment on column board.alert_changes.period_zh is '数据时段';
comment on column board.alert_changes.withdrawn_at is '数据更正后撤回的时刻；有效为空';
comment on column board.alert_changes.state_zh is '有效，或数据更正后撤回';

-- One time of firing: found out several times where data were corrected in between.
create view board.alert_episodes as
select e.noted_at as time, e.fingerprint as alert_id, a.rule_code,
       coalesce(r.document ->> 'titleZh', a.rule_code) as rule_zh, e.site_zh, a.offices as office_codes,
       array_to_string(array(select coalesce(o.name_zh, c.code) from unnest(a.offices) with ordinality as c (code, n)
         left join offices o on o.code = c.code order by c.n), '、') as offices_zh,
       e.severity, case e.severity when 'notice' then '提示' when 'warning' then '警告' when 'critical' then '严重' end
         as severity_zh,
       e.starts_at, e.ends_at, e.withdrawn,
       case when e.withdrawn then '数据更正后撤回' when e.ends_at is not null then '已结束' else '未结束' end as state_zh,
       d.told_at, k.acknowledged_at, k.acknowledged_office_zh,
       case when k.acknowledged_at is not null
            then greatest(0, extract(epoch from k.acknowledged_at - least(d.told_at, e.noted_at)) / 60)::double precision
       end as minutes_to_acknowledge
  from (select t.fingerprint, t.starts_at, min(t.noted_at) filter (where t.reason = 'became-firing') as noted_at,
               (array['notice', 'warning', 'critical'])[
                 max(array_position(array['notice', 'warning', 'critical'], t.severity))] as severity,
               max(t.ends_at) filter (where t.reason in ('resolved', 'rule-ended', 'period-ended') and t.withdrawn_at is null) as ends_at,
               bool_and(t.withdrawn_at is not null) as withdrawn, min(t.verdict ->> 'siteZh') as site_zh
          from alert_transitions t
         where t.reason in ('became-firing', 'severity-rose', 'severity-fell', 'resolved', 'rule-ended', 'period-ended')
         group by t.fingerprint, t.starts_at
        having bool_or(t.reason = 'became-firing')) e
  join alerts a on a.fingerprint = e.fingerprint join alert_rules r on r.code = a.rule_code
  left join lateral (select min(d.told_at) as told_at from alert_told d
                      where d.fingerprint = e.fingerprint and d.starts_at = e.starts_at) d on true
  left join lateral (
    select x.at as acknowledged_at, x.actor_office as acknowledged_office_zh from alert_acknowledgements x
     where x.fingerprint = e.fingerprint and x.starts_at = e.starts_at order by x.id limit 1) k on true;
comment on view board.alert_episodes is '每次报警一行：从超限到结束，何时告知、何时有人确认；不含确认人姓名';
comment on column board.alert_episodes.time is '第一次发现这次报警的时刻';
comment on column board.alert_episodes.alert_id is '告警的标识';
comment on column board.alert_episodes.rule_code is '规则代码';
comment on column board.alert_episodes.rule_zh is '规则名称';
comment on column board.alert_episodes.site_zh is '点位；与点位无关的为空';
comment on column board.alert_episodes.office_codes is '责任单位代码';
comment on column board.alert_episodes.offices_zh is '责任单位';
comment on column board.alert_episodes.severity is '这次报警到过的最高级别代码';
comment on column board.alert_episodes.severity_zh is '这次报警到过的最高级别';
comment on column board.alert_episodes.starts_at is '超限开始的时刻，数据的时间';
comment on column board.alert_episodes.ends_at is '超限结束的时刻，数据的时间；没有结束为空';
comment on column board.alert_episodes.withdrawn is '数据更正后不再成立';
comment on column board.alert_episodes.state_zh is '未结束、已结束，或数据更正后撤回';
comment on column board.alert_episodes.told_at is '第一次写出通知的时刻；没有通知任何人为空';
comment on column board.alert_episodes.acknowledged_at is '第一次有人确认的时刻；没有为空';
comment on column board.alert_episodes.acknowledged_office_zh is '确认的单位';
comment on column board.alert_episodes.minutes_to_acknowledge is '从发现（或通知，取早者）到第一次确认的分钟数；没有确认为空';

create view board.delivery_attempts as
select t.started_at as time, t.id as attempt_id, t.outbox_id as message_id, c.name as channel,
       t.outcome, case when t.outcome is null then '发送中' when t.outcome = 'delivered' then '已送达'
         when t.outcome = 'retry' then '未成，将重试' when t.outcome = 'refused' then '被拒绝'
         when t.outcome = 'interrupted' then '中断，不知结果' end as outcome_zh,
       t.code, t.finished_at
  from delivery_attempts t join channels c on c.id = t.channel_id;
comment on view board.delivery_attempts is '每次发送的结果；不含地址、正文和对方的答复；须按 time 限定范围';
comment on column board.delivery_attempts.time is '开始发送的时刻';
comment on column board.delivery_attempts.attempt_id is '编号';
comment on column board.delivery_attempts.message_id is '消息编号';
comment on column board.delivery_attempts.channel is '渠道名称';
comment on column board.delivery_attempts.outcome is '结果代码；发送中为空';
comment on column board.delivery_attempts.outcome_zh is '结果：已送达、未成将重试、被拒绝、中断、发送中';
comment on column board.delivery_attempts.code is '失败的代码，如 http 500、dns；成功为空';
comment on column board.delivery_attempts.finished_at is '结束的时刻；发送中为空';

create view board.channels as
select c.id as channel_id, c.name as channel,
       case c.type when 'dingtalk' then '钉钉' when 'wecom' then '企业微信' when 'feishu' then '飞书' when 'webhook' then 'Webhook'
         when 'email' then '邮件' when 'alertmanager' then 'Alertmanager' when 'inbox' then '站内收件箱' end as type_zh,
       case when c.disabled then '停用' when t.blocked_until > now() then '暂停发送' else '正常' end as state_zh,
       (select count(*) from outbox o where o.channel_id = c.id and o.state in ('queued', 'held', 'sending')) as waiting,
       (select count(*) from outbox o where o.channel_id = c.id and o.state = 'dead') as dead,
       (select min(o.created_at) from outbox o
         where o.channel_id = c.id and o.state in ('queued', 'sending') and o.next_attempt_at <= now()) as waiting_since
  from channels c left join channel_turns t on t.channel_id = c.id
 where c.removed_at is null;
comment on view board.channels is '通知渠道现在的状况；不含地址和密钥';
comment on column board.channels.channel_id is '编号';
comment on column board.channels.channel is '渠道名称';
comment on column board.channels.type_zh is '类型';
comment on column board.channels.state_zh is '正常、停用，或因对方要求或连续失败而暂停发送';
comment on column board.channels.waiting is '待发的消息数，含静默时段暂存的';
comment on column board.channels.dead is '未能送达、须有人处理的消息数';
comment on column board.channels.waiting_since is '已到时而未发出的消息中最早的产生时刻；没有为空';

-- The service's own health, for the one kind of alert that Grafana itself raises.
create view board.health as
select h.item, h.item_zh, h.value, h.unit_zh, h.about_zh
  from (
    select 1 as position, 'job-failures' as item, '定时任务连续失败' as item_zh,
           (select coalesce(max(j.failures), 0) from jobs j where not j.retired)::double precision as value, '次' as unit_zh,
           '各定时任务上次成功以来失败次数的最大值' as about_zh
    union all
    select 2, 'job-overdue', '定时任务逾期',
           (select coalesce(greatest(0, max(extract(epoch from now() - j.next_due_at)) / 60), 0)
              from jobs j where not j.retired and (j.lease_until is null or j.lease_until < now()))::double precision, '分钟',
           '应运行而无人运行的定时任务逾期的最长时间'
    union all
    select 3, 'recompute-waiting', '统计值待重算',
           (select coalesce(extract(epoch from now() - min(p.marked_at)) / 60, 0) from pending_days p)::double precision, '分钟',
           '最早一个待重算的点位日等待的时间'
    union all
    select 4, 'verdicts-waiting', '判定待更新',
           case when (select d.demo from board.service d) then 0
                else (select coalesce(greatest(0, beijing_day(now()) - max(v.as_of) - 1), 0) from verdict_days v)
           end::double precision, '天', '判定截至日落后于昨天的天数；示例数据不计'
    union all
    select 5, 'messages-waiting', '消息待发',
           (select coalesce(extract(epoch from now() - min(c.waiting_since)) / 60, 0) from board.channels c)::double precision,
           '分钟', '已到时而未发出的消息等待的最长时间'
    union all
    select 6, 'messages-dead', '消息未能送达',
           (select coalesce(sum(c.dead), 0) from board.channels c)::double precision, '条', '未能送达、须有人处理的消息数'
    union all
    select 7, 'data-age', '没有新数据',
           case when (select d.demo from board.service d) then null
                else (select extract(epoch from now() - max(l.ts)) / 3600 from latest_times l) end::double precision, '小时',
           '全部来源最新一条数据距今的时间；示例数据不计，没有数据为空') h
 order by h.position;
comment on view board.health is '服务自身的健康状况，一项一行；只有这些由 Grafana 自己报警';
comment on column board.health.item is '项目代码';
comment on column board.health.item_zh is '项目名称';
comment on column board.health.value is '数值；没有意义为空';
comment on column board.health.unit_zh is '单位';
comment on column board.health.about_zh is '是什么';

do $$
begin
  if exists (select from pg_roles where rolname = 'cei_grafana') then
    call board.open_to('cei_grafana');
  end if;
end
$$;
