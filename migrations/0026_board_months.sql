-- Months of the county's air in both ledgers and items of sections beside their limits, stored as the service derives
-- them; views over them; and counts that cost the same however much waits.

-- Means of one month as HJ 663 has them, from the days of the group that were over: elapsed_days of month_days.
create table air_group_months (
  month date not null,
  group_code text not null references site_groups (code),
  item text not null,
  ledger text not null check (ledger in ('with-dust', 'without-dust')),
  -- Decimal texts: unrounded, and as bulletins print it.
  mean text,
  printed text,
  valid_days smallint not null,
  elapsed_days smallint not null,
  month_days smallint not null,
  required_days smallint,
  valid boolean not null,
  standard_id text not null,
  computed_at timestamptz not null default now(),
  primary key (month, group_code, item, ledger)
);
create index air_group_months_running on air_group_months (month) where elapsed_days < month_days;

-- Each item of a section's month beside the limits of the classes; keys 1 to 5, or * for what holds for all.
create table water_item_months (
  month date not null,
  site_id integer not null references sites (id),
  item text not null,
  position smallint not null,
  value text not null,
  part text not null check (part in ('grading', 'reference', 'supplementary', 'none')),
  grade smallint check (grade between 1 and 6),
  direction text check (direction in ('max', 'min', 'range')),
  limits jsonb not null,
  -- Classes that the item is worse than, with the multiple; null for items without one.
  over jsonb not null,
  primary key (month, site_id, item)
);

-- What is stored of months before is derived once more, so that they have what these tables are for.
insert into pending_days (medium, site_id, day)
select distinct 'air', f.site_id, f.day from (
  select distinct on (g.group_code, date_trunc('month', g.day)) d.site_id, g.day
    from air_group_days g join air_site_days d on d.day = g.day
    join site_group_members m on m.site_id = d.site_id and m.group_code = g.group_code
   order by g.group_code, date_trunc('month', g.day), g.day desc, d.site_id) as f
union all
select 'water', site_id, month from water_site_months
on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at;

create view board.air_months as
select board.day_start(m.month) as time, m.month, m.group_code, g.name_zh as group_zh, m.item,
       board.air_items_zh(array[m.item]) as item_zh, m.ledger,
       case m.ledger when 'with-dust' then '含沙尘' else '扣除沙尘' end as ledger_zh,
       m.mean, m.mean::double precision as mean_number, m.printed, m.printed::double precision as printed_number,
       m.valid_days, m.required_days, m.elapsed_days, m.month_days,
       case when m.elapsed_days > 0 then m.month + (m.elapsed_days - 1) end as through_day, m.valid,
       case when m.elapsed_days < m.month_days then '未满月' when m.valid then '有效' else '有效天数不足' end as state_zh,
       m.standard_id, m.computed_at
  from air_group_months m join site_groups g on g.code = m.group_code;
comment on view board.air_months is '县域 PM2.5、PM10 月均值，每月、每项、每种口径一行；与接口所给的月统计相同';
comment on column board.air_months.time is '当月首日北京零时';
comment on column board.air_months.month is '当月首日';
comment on column board.air_months.group_code is '点位组代码';
comment on column board.air_months.group_zh is '点位组名称';
comment on column board.air_months.item is '项目代码：pm25、pm10';
comment on column board.air_months.item_zh is '项目写法';
comment on column board.air_months.ledger is '口径代码：with-dust、without-dust';
comment on column board.air_months.ledger_zh is '口径：含沙尘或扣除沙尘';
comment on column board.air_months.mean is '月均值，未修约，十进制文字，µg/m³；没有有效天为空';
comment on column board.air_months.mean_number is '同 mean，供画图';
comment on column board.air_months.printed is '月均值，按公报的位数修约';
comment on column board.air_months.printed_number is '同 printed，供画图和排序';
comment on column board.air_months.valid_days is '有效天数';
comment on column board.air_months.required_days is '该月要求的有效天数，照标准存的数';
comment on column board.air_months.elapsed_days is '计入时已过完的天数';
comment on column board.air_months.month_days is '该月天数';
comment on column board.air_months.through_day is '计入的最后一天；一天也没有过完为空';
comment on column board.air_months.valid is '月已过完且有效天数够；否则数值仅供参考';
comment on column board.air_months.state_zh is '有效、有效天数不足、未满月';
comment on column board.air_months.standard_id is '所用评价规范';
comment on column board.air_months.computed_at is '计算时刻';

-- Strict, so that it is not taken apart: the planner is to expect many values, for a plan for few is dear with many.
create function board.chosen(variadic choices text[] default '{}') returns setof text
language sql immutable strict parallel safe rows 1000
return unnest(choices);
comment on function board.chosen is '下拉框所选的值，一个也没有选也可以';

-- The class that each section is to reach, as the checks of the service take it.
create view board.section_targets as
select s.id as site_id, s.code as site_code, s.name as site, s.kind, c.grade as target_grade, c.name_zh as target_zh
  from (select m.site_id, min((t.definition ->> 'limit')::integer) as grade
          from (select distinct on (v.target_id) v.definition from target_versions v
                 order by v.target_id, v.effective desc, v.version desc) t
          join site_group_members m on m.group_code = t.definition ->> 'siteGroup'
         where t.definition ->> 'kind' = 'section-grade' group by m.site_id) x
  join sites s on s.id = x.site_id join board.water_classes c on c.grade = x.grade;
comment on view board.section_targets is '断面、水源地的目标类别：所属各指标现行版本中最严的；没有目标的不在内';
comment on column board.section_targets.site_id is '断面编号';
comment on column board.section_targets.site_code is '断面编码';
comment on column board.section_targets.site is '断面名称';
comment on column board.section_targets.kind is '断面类型代码';
comment on column board.section_targets.target_grade is '目标类别序号 1–5';
comment on column board.section_targets.target_zh is '目标类别写法 Ⅰ … Ⅴ';

create view board.water_item_limits as
select board.day_start(i.month) as time, i.month, i.site_id, s.code as site_code, s.name as site, s.kind, s.water_body,
       i.item, coalesce(n.name_zh, i.item) as item_zh, i.position, coalesce(n.unit, '') as unit, i.value,
       i.value::double precision as value_number,
       concat_ws(' ', trim_scale(round(i.value::numeric, 4))::text, nullif(n.unit, '')) as value_zh,
       i.part, case i.part when 'grading' then '参加定类' when 'reference' then '单独评价' when 'supplementary' then '水源补充项目'
         else '不评价' end as part_zh,
       i.grade, c.name_zh as grade_zh, t.target_grade, t.target_zh, l.limit_text as "limit",
       case when i.direction <> 'range' then l.limit_text::double precision end as limit_number,
       case when l.limit_text is null then null when i.direction = 'range' then l.limit_text
            else concat_ws(' ', case i.direction when 'max' then '≤' when 'min' then '≥' end, l.limit_text, nullif(n.unit, ''))
       end as limit_zh,
       l.is_over, case when l.is_over then i.over ->> l.over_key end as multiple,
       case when l.is_over then (i.over ->> l.over_key)::double precision end as multiple_number,
       case when l.is_over then round((i.over ->> l.over_key)::numeric, 2)::text || ' 倍' end as multiple_zh,
       case when i.part = 'none' or l.limit_text is null then '不评价' when i.part = 'reference' then '单独评价'
            when l.is_over then '超过' else '符合' end as state_zh
  from water_item_months i join sites s on s.id = i.site_id left join indicators n on n.code = i.item
  left join board.section_targets t on t.site_id = i.site_id left join board.water_classes c on c.grade = i.grade
  cross join lateral (
    select coalesce(i.limits ->> t.target_grade::text, i.limits ->> '*') as limit_text,
           case when i.over ? t.target_grade::text then t.target_grade::text when i.over ? '*' then '*' end as over_key,
           coalesce(i.over ? t.target_grade::text, false) or i.over ? '*' as is_over) l;
comment on view board.water_item_limits is '断面、水源地逐月各项目的均值与其目标类别的限值；比较和倍数照服务所存';
comment on column board.water_item_limits.time is '当月首日北京零时';
comment on column board.water_item_limits.month is '当月首日';
comment on column board.water_item_limits.site_id is '断面编号';
comment on column board.water_item_limits.site_code is '断面编码';
comment on column board.water_item_limits.site is '断面名称';
comment on column board.water_item_limits.kind is '断面类型代码';
comment on column board.water_item_limits.water_body is '所在河湖';
comment on column board.water_item_limits.item is '项目代码';
comment on column board.water_item_limits.item_zh is '项目名称';
comment on column board.water_item_limits.position is '标准中的次序';
comment on column board.water_item_limits.unit is '单位';
comment on column board.water_item_limits.value is '月均值，未修约，十进制文字';
comment on column board.water_item_limits.value_number is '同 value，供画图';
comment on column board.water_item_limits.value_zh is '同 value，至多写四位小数，带单位，供阅读';
comment on column board.water_item_limits.part is '作用代码：grading、reference、supplementary、none';
comment on column board.water_item_limits.part_zh is '参加定类、单独评价（不参加定类）、水源补充项目（GB 3838 表 2）、不评价';
comment on column board.water_item_limits.grade is '该项目自己的类别序号；没有分类限值为空';
comment on column board.water_item_limits.grade_zh is '同 grade，写法 Ⅰ … 劣Ⅴ';
comment on column board.water_item_limits.target_grade is '断面的目标类别序号；没有目标为空';
comment on column board.water_item_limits.target_zh is '断面的目标类别写法';
comment on column board.water_item_limits."limit" is '目标类别的限值，照标准的写法；没有为空';
comment on column board.water_item_limits.limit_number is '同 limit，供画线；pH 等范围为空';
comment on column board.water_item_limits.limit_zh is '限值的写法，如 ≤ 1.5 mg/L、6–9；没有为空';
comment on column board.water_item_limits.is_over is '是否差于目标类别的限值';
comment on column board.water_item_limits.multiple is '超标倍数（对目标类别的限值），未修约；未超过、pH 和溶解氧为空';
comment on column board.water_item_limits.multiple_number is '同 multiple，供排序和画图';
comment on column board.water_item_limits.multiple_zh is '同 multiple，写两位小数，供阅读';
comment on column board.water_item_limits.state_zh is '符合、超过、单独评价，或不评价（没有限值或断面没有目标）';

-- Groundwater has no class: it keeps the limits of class Ⅲ or not.
create or replace view board.water_months as
select board.day_start(m.month) as time, m.month, m.site_id, s.code as site_code, s.name as site, s.kind, s.water_body,
       s.placeholder, m.grade, c.name_zh as grade_zh,
       case when m.no_flow then '断流' when m.grade is not null then c.name_zh when g.kept then '符合Ⅲ类限值'
            when not g.kept then '超Ⅲ类限值' when m.input = 'none' then '无数据' else '无法评价' end as state_zh,
       array_to_string(array(select coalesce(i.name_zh, x.code) from unnest(m.determining) with ordinality as x (code, n)
         left join indicators i on i.code = x.code order by x.n), '、') as determining_zh,
       array_to_string(array(select coalesce(i.name_zh, p.value ->> 'code')
           || coalesce('（' || round((p.value ->> 'multiple')::numeric, 2)::text || ' 倍）', '')
         from jsonb_array_elements(m.main_pollutants) with ordinality as p (value, n)
         left join indicators i on i.code = p.value ->> 'code' order by p.n), '、') as over_zh,
       m.samples, case m.input when 'monthly' then '月均值' when 'samples' then '单次采样' else '无' end as input_zh,
       m.no_flow, m.standard_id, m.computed_at, g.kept as groundwater_kept
  from water_site_months m join sites s on s.id = m.site_id left join board.water_classes c on c.grade = m.grade
  left join lateral (
    select bool_and(i.over = '{}') as kept from water_item_months i
     where m.grade is null and s.kind = 'drinking-water-ground'
       and i.month = m.month and i.site_id = m.site_id and i.part = 'grading') g on true;
comment on column board.water_months.state_zh is '类别；地下水为 符合Ⅲ类限值、超Ⅲ类限值；或 断流、无数据、无法评价';
comment on column board.water_months.groundwater_kept is '地下水：测了的项目是否都符合 GB/T 14848 Ⅲ类限值；不是地下水或没有测为空';

create view board.water_notes as
select x.topic_zh, x.note ->> 'source' as source, e.id as standard_id, x.note -> 'assumption' ->> 'zh' as note_zh,
       case x.note ->> 'status' when 'confirmed' then '已核实' when 'unconfirmed' then '工作假定' else x.note ->> 'status' end
         as status_zh, x.position
  from (select t.id, t.document from standards t
         where t.document ->> 'kind' = 'water-evaluation' and (t.document ->> 'validFrom')::date <= beijing_day(now())
         order by (t.document ->> 'validFrom')::date desc limit 1) e
  cross join lateral (values
    (1, '断流', e.document -> 'noFlow'), (2, '自然因素', e.document -> 'naturalBackground'),
    (3, '饮用水水源', e.document -> 'drinkingSource'), (4, '监测次数', e.document -> 'period'),
    (5, '超标项目和倍数', e.document -> 'mainPollutants'), (6, '低于检出限', e.document -> 'belowDetection')
  ) as x (position, topic_zh, note);
comment on view board.water_notes is '水质评价规则的说明，照现行评价规范所存';
comment on column board.water_notes.topic_zh is '说的是什么';
comment on column board.water_notes.source is '依据';
comment on column board.water_notes.standard_id is '评价规范代码';
comment on column board.water_notes.note_zh is '怎么处理；依据写明、没有假定的为空';
comment on column board.water_notes.status_zh is '已核实，或工作假定（没有读到原文）';
comment on column board.water_notes.position is '排列次序';

-- Days that wait are counted up to a bound: after an import there may be hundreds of thousands.
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
            then greatest(0, beijing_day(now()) - (select max(v.as_of) from verdict_days v)) else 0 end as back_days,
       (select case when count(*) > 10000 then '> 10000' else count(*)::text end
          from (select from pending_days limit 10001) as p) as pending_zh;
comment on column board.service.pending_days is '统计值尚待重算的点位日数，逐一数出：看板用 pending_zh';
comment on column board.service.pending_zh is '同 pending_days，至多数到 10000，再多写 > 10000';

create or replace view board.health as
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
           (select coalesce(extract(epoch from now() - min(p.marked_at)) / 60, 0)
              from (select q.marked_at from pending_days q limit 10001) p)::double precision, '分钟',
           '最早一个待重算的点位日等待的时间；待重算的超过 10000 个时只看其中 10001 个，至少等了这么久'
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

do $$
begin
  if exists (select from pg_roles where rolname = 'cei_grafana') then
    call board.open_to('cei_grafana');
  end if;
end
$$;
