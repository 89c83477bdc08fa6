-- Schema `board`: the views that boards read, and nothing else does. They are a contract: columns are added, never
-- renamed or taken away without a new name. They show what the service has stored; whatever would have to be worked out
-- (同比, what is still allowed, projections, monthly means of the county) is not here. They run with their owner's
-- rights, so that a reader needs no right on the tables; none of them shows names of people, tokens, secrets of channels
-- or texts of messages.
create schema board;
comment on schema board is '看板只读视图，是与看板之间的约定：只增列，不改名、不改义；只显示服务已存的数，不另行计算';

-- Midnight in Beijing at which a day begins; the counterpart of beijing_day.
create function board.day_start(day date) returns timestamptz
language sql immutable parallel safe
return (day::timestamp - interval '8 hours') at time zone 'UTC';
comment on function board.day_start is '北京时间某日零时';

-- Words for codes. Tests hold them to the words of the service.

create view board.verdict_names as
select verdict, name_zh, group_zh, position
  from (values
    ('met', '已达标', '达标', 1), ('secured', '锁定达标', '达标', 2), ('on-track', '进度正常', '进度正常', 3),
    ('at-risk', '存在风险', '存在风险', 4), ('missed', '未达标', '未达标', 5), ('lost', '已无法达标', '未达标', 6),
    ('insufficient-data', '数据不足', '无结论', 7), ('not-reported', '未报送', '无结论', 8)
  ) as v (verdict, name_zh, group_zh, position);
comment on view board.verdict_names is '判定结论的中文名和归类';
comment on column board.verdict_names.verdict is '结论代码';
comment on column board.verdict_names.name_zh is '结论名称';
comment on column board.verdict_names.group_zh is '看板归类：达标、进度正常、存在风险、未达标、无结论';
comment on column board.verdict_names.position is '排列次序，从好到差，无结论在后';

create view board.water_classes as
select grade, name_zh
  from (values (1, 'Ⅰ'), (2, 'Ⅱ'), (3, 'Ⅲ'), (4, 'Ⅳ'), (5, 'Ⅴ'), (6, '劣Ⅴ')) as v (grade, name_zh);
comment on view board.water_classes is '水质类别的序号和写法';
comment on column board.water_classes.grade is '1–5 为 Ⅰ–Ⅴ 类，6 为劣Ⅴ类；数字越小越好';
comment on column board.water_classes.name_zh is '写法：Ⅰ … Ⅴ、劣Ⅴ';

create view board.service as
select coalesce((select s.value = 'true'::jsonb from settings s where s.name = 'demo-data'
                  order by s.recorded_at desc limit 1), false) as demo,
       case when (select s.value = 'true'::jsonb from settings s where s.name = 'demo-data'
                   order by s.recorded_at desc limit 1) then '示例数据' else '正式数据' end as data_zh,
       (select max(v.as_of) from verdict_days v) as as_of,
       (select max(v.recorded_at) from verdict_days v) as judged_at,
       (select count(*) from pending_days) as pending_days,
       (select min(p.marked_at) from pending_days p) as pending_since;
comment on view board.service is '一行：数据性质、判定截至日、待重算天数';
comment on column board.service.demo is '是否装入了示例数据';
comment on column board.service.data_zh is '示例数据 或 正式数据；看板上须与数值并列显示';
comment on column board.service.as_of is '最近一次判定截至的北京日';
comment on column board.service.judged_at is '最近一次记录判定的时刻';
comment on column board.service.pending_days is '统计值尚待重算的点位日数';
comment on column board.service.pending_since is '其中等待最久的起始时刻；没有则为空';

create view board.plans as
select p.id as plan_id, p.document, p.title_zh, p.issued, p.effective, p.due from plans p;
comment on view board.plans is '两份方案';
comment on column board.plans.plan_id is '方案代码';
comment on column board.plans.document is '文号';
comment on column board.plans.title_zh is '标题';
comment on column board.plans.issued is '印发日';
comment on column board.plans.effective is '生效日';
comment on column board.plans.due is '期限（含当日）';

create view board.offices as select o.code as office_code, o.name_zh from offices o;
comment on view board.offices is '责任单位';
comment on column board.offices.office_code is '单位代码';
comment on column board.offices.name_zh is '单位名称';

create view board.sites as
select s.id as site_id, s.code as site_code, s.name as site, s.kind,
       case s.kind when 'air-station' then '空气站' when 'river-section' then '河流断面' when 'lake-section' then '湖库断面'
         when 'drinking-water-surface' then '地表饮用水水源地（河流）' when 'drinking-water-lake' then '湖库饮用水水源地'
         when 'drinking-water-ground' then '地下饮用水水源地' when 'township' then '乡镇（开发区）'
         when 'county' then '全县' else '其他' end as kind_zh,
       s.water_body, s.placeholder,
       array_to_string(array(select m.group_code from site_group_members m where m.site_id = s.id order by 1), ',')
         as group_codes
  from sites s;
comment on view board.sites is '点位、断面、水源地和乡镇';
comment on column board.sites.site_id is '内部编号，供下拉框取值';
comment on column board.sites.site_code is '点位编码';
comment on column board.sites.site is '点位名称';
comment on column board.sites.kind is '类型代码';
comment on column board.sites.kind_zh is '类型名称';
comment on column board.sites.water_body is '所在河湖，断面才有';
comment on column board.sites.placeholder is '方案未写明名称、有待补充的点位';
comment on column board.sites.group_codes is '所属点位组代码，逗号分隔';

-- Targets and verdicts.

create function board.target_area(indicator text) returns text
language sql immutable parallel safe
return case
  when indicator ~ '^(pm25|pm10|good_day|heavy_pollution|heating|vapour|vocs|huaping|mechanised_sweeping|new_energy)' then '大气'
  when indicator ~ '^(water_|black_odorous|reclaimed_water|outfall|groundwater|soil_water)' then '水'
  when indicator ~ '(carbon|non_fossil|energy)' then '能源与碳排放'
  when indicator ~ '(forest|grassland|wetland|green_space|pest_control)' then '自然生态'
  when indicator ~ '(village|rural|manure|straw|film|pesticide|fertiliser)' then '农业农村'
  when indicator ~ '(farmland|construction_land|waste|medical)' then '土壤与固体废物'
  when indicator ~ 'noise' then '噪声'
  else '其他' end;
comment on function board.target_area is '台账中的领域，与服务导出的台账一致；方案未写领域，这是工作假定';

-- A figure of a target as it is printed: grades as classes, milestones in words, everything else as stored.
create function board.figure_text(kind text, figure text, unit text) returns text
language sql immutable parallel safe
return case
  when figure is null then null
  when kind = 'section-grade' then coalesce((array['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ', 'Ⅴ', '劣Ⅴ'])[
    case when figure ~ '^[1-6]$' then figure::integer end], figure) || ' 类'
  when kind = 'milestone' then case figure when '1' then '已完成' when '0' then '未完成' else figure end
  when unit in ('', '%') then figure || unit
  else figure || ' ' || unit end;
comment on function board.figure_text is '指标数值的写法：类别写成 Ⅰ…劣Ⅴ，里程碑写成文字，其余照存的数加单位，不再修约';

create view board.targets as
select t.id as target_id, t.plan_id, p.document as plan_document, p.title_zh as plan_title,
       d.clause, d.name_zh as target, d.kind, board.target_area(d.indicator) as area_zh, d.indicator,
       d.scope_zh, d.unit, d.comparison, d.limit_text as "limit", d.limit_text::double precision as limit_number,
       case d.kind when 'milestone' then '完成'
         else case d.comparison when '<=' then '≤ ' when '>=' then '≥ ' else '= ' end
              || board.figure_text(d.kind, d.limit_text, d.unit) end as limit_zh,
       d.site_group, d.due, d.period_start,
       case when d.kind in ('annual-mean', 'day-share', 'day-count')
            then case d.ledger when 'without-dust' then '扣除沙尘' else '含沙尘' end end as ledger_zh,
       array_to_string(array(select coalesce(o.name_zh, c.code)
          from jsonb_array_elements_text(d.offices) with ordinality as c (code, n) left join offices o on o.code = c.code
         order by c.n), '、') as offices_zh,
       array(select jsonb_array_elements_text(d.offices)) as office_codes,
       v.as_of, v.verdict, n.name_zh as verdict_zh, n.group_zh as verdict_group_zh, n.position as verdict_position,
       v.value, v.value::double precision as value_number, board.figure_text(d.kind, v.value, d.unit) as value_zh,
       v.value_unrounded, v.distance, v.distance::double precision as distance_number,
       case when d.kind = 'milestone' or v.distance is null then null
            when d.kind = 'section-grade' then v.distance || ' 个类别'
            when d.unit = '%' then v.distance || ' 个百分点'
            else v.distance || ' ' || d.unit end as distance_zh,
       v.used, v.missing, v.reason_zh, v.recorded_at,
       (select min(c.as_of) from verdict_days c
         where c.target_id = t.id and c.as_of <= v.as_of and c.verdict = v.verdict
           and not exists (select from verdict_days l where l.target_id = c.target_id and l.as_of = c.as_of and l.id > c.id)
           and c.as_of > coalesce((
             select max(b.as_of) from verdict_days b
              where b.target_id = t.id and b.as_of <= v.as_of and b.verdict <> v.verdict
                and not exists (select from verdict_days l
                                 where l.target_id = b.target_id and l.as_of = b.as_of and l.id > b.id)),
             date '0001-01-01')) as since,
       array_to_string(array(select jsonb_array_elements_text(d.assumptions)), ' ') as assumptions_zh,
       d.quote
  from targets t
  join plans p on p.id = t.plan_id
  left join lateral (
    select r.target_version, r.as_of, r.verdict, r.value, r.value_unrounded, r.distance, r.used, r.missing, r.reason_zh,
           r.recorded_at
      from verdict_days r where r.target_id = t.id order by r.as_of desc, r.id desc limit 1) v on true
  join lateral (
    select tv.definition ->> 'clause' as clause, tv.definition ->> 'nameZh' as name_zh, tv.definition ->> 'kind' as kind,
           tv.definition ->> 'indicator' as indicator, tv.definition ->> 'scopeZh' as scope_zh,
           tv.definition ->> 'unit' as unit, tv.definition ->> 'comparison' as comparison,
           tv.definition ->> 'limit' as limit_text, tv.definition ->> 'siteGroup' as site_group,
           (tv.definition ->> 'due')::date as due, (tv.definition ->> 'periodStart')::date as period_start,
           tv.definition ->> 'ledger' as ledger, tv.definition -> 'offices' as offices,
           tv.definition -> 'assumptions' as assumptions, tv.definition ->> 'quote' as quote
      from target_versions tv
     where tv.target_id = t.id and tv.version = coalesce(v.target_version, tv.version)
     order by tv.version desc limit 1) d on true
  left join board.verdict_names n on n.verdict = v.verdict;
comment on view board.targets is '每个指标一行：目标、最近一次记录的判定及其依据；还没有判定的指标，判定各列为空';
comment on column board.targets.target_id is '指标编号';
comment on column board.targets.plan_id is '方案代码';
comment on column board.targets.plan_document is '方案文号';
comment on column board.targets.plan_title is '方案标题';
comment on column board.targets.clause is '条款';
comment on column board.targets.target is '指标名称';
comment on column board.targets.kind is '判定方式代码';
comment on column board.targets.area_zh is '领域（工作假定，与导出的台账一致）';
comment on column board.targets.indicator is '监测或报送项目代码';
comment on column board.targets.scope_zh is '考核范围';
comment on column board.targets.unit is '单位';
comment on column board.targets.comparison is '比较：<=、>=、=';
comment on column board.targets."limit" is '目标值，原样十进制文字';
comment on column board.targets.limit_number is '目标值，供画线；比较结果以 verdict 为准';
comment on column board.targets.limit_zh is '目标的写法，如 ≤ 33 µg/m³、≤ Ⅳ 类';
comment on column board.targets.site_group is '考核点位组代码';
comment on column board.targets.due is '期限（含当日）';
comment on column board.targets.period_start is '考核期首日';
comment on column board.targets.ledger_zh is '口径：含沙尘或扣除沙尘；与沙尘无关的为空';
comment on column board.targets.offices_zh is '责任单位，顿号分隔';
comment on column board.targets.office_codes is '责任单位代码';
comment on column board.targets.as_of is '判定截至的北京日（含当日数据）';
comment on column board.targets.verdict is '结论代码；还没有判定为空';
comment on column board.targets.verdict_zh is '结论名称';
comment on column board.targets.verdict_group_zh is '结论归类';
comment on column board.targets.verdict_position is '结论排列次序';
comment on column board.targets.value is '按目标精度修约的值，十进制文字，与接口一致';
comment on column board.targets.value_number is '同 value，供排序和画图';
comment on column board.targets.value_zh is '同 value，带单位';
comment on column board.targets.value_unrounded is '未修约的值';
comment on column board.targets.distance is '距目标的余量：正为守住，负为超出，目标单位';
comment on column board.targets.distance_number is '同 distance，供排序和画图';
comment on column board.targets.distance_zh is '同 distance，带单位';
comment on column board.targets.used is '采用的天、月或报送数';
comment on column board.targets.missing is '截至当日应有而缺的天、月或报送数';
comment on column board.targets.reason_zh is '结论的理由';
comment on column board.targets.recorded_at is '这条判定记录的时刻';
comment on column board.targets.since is '结论自哪个截至日起一直如此（按现在的记录）';
comment on column board.targets.assumptions_zh is '判定所依据的工作假定';
comment on column board.targets.quote is '方案原文';

create view board.verdict_days as
select board.day_start(v.as_of) as time, v.as_of, v.target_id, v.target_version,
       tv.plan_id, tv.target, tv.unit, tv."limit", tv."limit"::double precision as limit_number,
       v.verdict, n.name_zh as verdict_zh, n.group_zh as verdict_group_zh, n.position as verdict_position,
       v.value, v.value::double precision as value_number, board.figure_text(tv.kind, v.value, tv.unit) as value_zh,
       v.value_unrounded, v.distance, v.distance::double precision as distance_number, v.used, v.missing, v.reason_zh,
       v.recorded_at
  from verdict_days v
  join (select x.target_id, x.version, t.plan_id, x.definition ->> 'nameZh' as target, x.definition ->> 'unit' as unit,
               x.definition ->> 'limit' as "limit", x.definition ->> 'kind' as kind
          from target_versions x join targets t on t.id = x.target_id) tv
    on tv.target_id = v.target_id and tv.version = v.target_version
  left join board.verdict_names n on n.verdict = v.verdict
 where not exists (select from verdict_days l where l.target_id = v.target_id and l.as_of = v.as_of and l.id > v.id);
comment on view board.verdict_days is '判定历史：每个指标、每个截至日一行，是现在对那一天的说法；被更正的旧说法不在内';
comment on column board.verdict_days.time is '截至日的北京零时，供时间轴';
comment on column board.verdict_days.as_of is '截至日（含当日数据）';
comment on column board.verdict_days.target_id is '指标编号';
comment on column board.verdict_days.target_version is '判定所用的指标版本';
comment on column board.verdict_days.plan_id is '方案代码';
comment on column board.verdict_days.target is '指标名称';
comment on column board.verdict_days.unit is '单位';
comment on column board.verdict_days."limit" is '当时的目标值，十进制文字';
comment on column board.verdict_days.limit_number is '同 limit，供画线';
comment on column board.verdict_days.verdict is '结论代码';
comment on column board.verdict_days.verdict_zh is '结论名称';
comment on column board.verdict_days.verdict_group_zh is '结论归类';
comment on column board.verdict_days.verdict_position is '结论排列次序';
comment on column board.verdict_days.value is '截至当日的值，按目标精度修约；没有数据为空';
comment on column board.verdict_days.value_number is '同 value，供画图';
comment on column board.verdict_days.value_zh is '同 value，带单位';
comment on column board.verdict_days.value_unrounded is '未修约的值';
comment on column board.verdict_days.distance is '距目标的余量：正为守住，负为超出';
comment on column board.verdict_days.distance_number is '同 distance，供画图';
comment on column board.verdict_days.used is '采用的天、月或报送数';
comment on column board.verdict_days.missing is '应有而缺的天、月或报送数';
comment on column board.verdict_days.reason_zh is '结论的理由';
comment on column board.verdict_days.recorded_at is '这条判定记录的时刻';

-- Air. Means are as stored, unrounded.

create function board.air_items_zh(items text[]) returns text
language sql immutable parallel safe
return (select string_agg(case i.item when 'so2' then 'SO2' when 'no2' then 'NO2' when 'co' then 'CO' when 'o3' then 'O3'
    when 'o3_8h' then 'O3 8 小时' when 'o3_1h' then 'O3 1 小时' when 'pm10' then 'PM10' when 'pm25' then 'PM2.5'
    else i.item end, '、' order by i.n) from unnest(items) with ordinality as i (item, n));
comment on function board.air_items_zh is '空气项目的写法';

create view board.air_days as
select board.day_start(d.day) as time, d.day, d.group_code, g.name_zh as group_zh,
       d.so2, d.no2, d.co, d.o3_8h, d.o3_1h, d.pm10, d.pm25, d.pm10_no_dust, d.pm25_no_dust,
       d.aqi, d.level as level_zh, d.category as category_zh, board.air_items_zh(d.primary_pollutants) as primary_zh,
       d.primary_pollutants, d.dust_hours, d.stations, d.standard_id, d.computed_at
  from air_group_days d join site_groups g on g.code = d.group_code;
comment on view board.air_days is '县域空气日均值与 AQI（点位组平均），两种口径并列；未修约';
comment on column board.air_days.time is '当日北京零时';
comment on column board.air_days.day is '北京日';
comment on column board.air_days.group_code is '点位组代码';
comment on column board.air_days.group_zh is '点位组名称';
comment on column board.air_days.so2 is 'SO2 日均，µg/m³';
comment on column board.air_days.no2 is 'NO2 日均，µg/m³';
comment on column board.air_days.co is 'CO 日均，mg/m³';
comment on column board.air_days.o3_8h is 'O3 日最大 8 小时平均，µg/m³';
comment on column board.air_days.o3_1h is 'O3 日最大 1 小时平均，µg/m³';
comment on column board.air_days.pm10 is 'PM10 日均，含沙尘，µg/m³';
comment on column board.air_days.pm25 is 'PM2.5 日均，含沙尘，µg/m³';
comment on column board.air_days.pm10_no_dust is 'PM10 日均，扣除沙尘，µg/m³';
comment on column board.air_days.pm25_no_dust is 'PM2.5 日均，扣除沙尘，µg/m³';
comment on column board.air_days.aqi is 'AQI；数据不足以评价为空';
comment on column board.air_days.level_zh is '级别：一级 … 六级';
comment on column board.air_days.category_zh is '类别：优、良 … 严重污染';
comment on column board.air_days.primary_zh is '首要污染物，顿号分隔；没有为空';
comment on column board.air_days.primary_pollutants is '首要污染物代码';
comment on column board.air_days.dust_hours is '当日已公布沙尘时段内的小时数';
comment on column board.air_days.stations is '参与平均的点位数';
comment on column board.air_days.standard_id is '所用 AQI 标准';
comment on column board.air_days.computed_at is '计算时刻';

create view board.air_station_days as
select board.day_start(d.day) as time, d.day, d.site_id, s.code as site_code, s.name as site,
       d.so2, d.no2, d.co, d.o3_8h, d.o3_1h, d.pm10, d.pm25, d.pm10_no_dust, d.pm25_no_dust, d.dust_hours, d.computed_at
  from air_site_days d join sites s on s.id = d.site_id;
comment on view board.air_station_days is '点位空气日均值，未修约';
comment on column board.air_station_days.time is '当日北京零时';
comment on column board.air_station_days.day is '北京日';
comment on column board.air_station_days.site_id is '点位编号';
comment on column board.air_station_days.site_code is '点位编码';
comment on column board.air_station_days.site is '点位名称';
comment on column board.air_station_days.so2 is 'SO2 日均，µg/m³';
comment on column board.air_station_days.no2 is 'NO2 日均，µg/m³';
comment on column board.air_station_days.co is 'CO 日均，mg/m³';
comment on column board.air_station_days.o3_8h is 'O3 日最大 8 小时平均，µg/m³';
comment on column board.air_station_days.o3_1h is 'O3 日最大 1 小时平均，µg/m³';
comment on column board.air_station_days.pm10 is 'PM10 日均，含沙尘，µg/m³';
comment on column board.air_station_days.pm25 is 'PM2.5 日均，含沙尘，µg/m³';
comment on column board.air_station_days.pm10_no_dust is 'PM10 日均，扣除沙尘，µg/m³';
comment on column board.air_station_days.pm25_no_dust is 'PM2.5 日均，扣除沙尘，µg/m³';
comment on column board.air_station_days.dust_hours is '当日已公布沙尘时段内的小时数';
comment on column board.air_station_days.computed_at is '计算时刻';

create view board.air_completeness as
select board.day_start(d.day) as time, d.day, d.site_id, s.name as site, i.key as item,
       board.air_items_zh(array[i.key]) as item_zh, (i.value ->> 'hours')::integer as hours, i.value ->> 'basis' as basis,
       case i.value ->> 'basis' when 'hourly' then '小时值' when 'daily' then '上报日均值' else i.value ->> 'basis' end
         as basis_zh
  from air_site_days d join sites s on s.id = d.site_id cross join lateral jsonb_each(d.inputs) as i;
comment on view board.air_completeness is '点位日均值各项目所依据的有效小时数；没有数据的项目没有行';
comment on column board.air_completeness.time is '当日北京零时';
comment on column board.air_completeness.day is '北京日';
comment on column board.air_completeness.site_id is '点位编号';
comment on column board.air_completeness.site is '点位名称';
comment on column board.air_completeness.item is '项目代码';
comment on column board.air_completeness.item_zh is '项目写法';
comment on column board.air_completeness.hours is '有效小时数';
comment on column board.air_completeness.basis is '依据代码';
comment on column board.air_completeness.basis_zh is '依据：小时值或上报日均值';

create view board.air_validity as
select t.id as standard_id, t.document ->> 'titleZh' as title_zh, (t.document ->> 'validFrom')::date as valid_from,
       (t.document ->> 'validTo')::date as valid_to, (t.document -> 'validity' ->> 'dayHours')::integer as day_hours,
       (t.document -> 'validity' ->> 'monthDays')::integer as month_days,
       (t.document -> 'validity' ->> 'februaryDays')::integer as february_days,
       (t.document -> 'validity' ->> 'yearDays')::integer as year_days
  from standards t where t.document ->> 'kind' = 'air-limits';
comment on view board.air_validity is '环境空气质量标准对数据有效性的要求，照标准存的数';
comment on column board.air_validity.standard_id is '标准代码';
comment on column board.air_validity.title_zh is '标准名称';
comment on column board.air_validity.valid_from is '起用日';
comment on column board.air_validity.valid_to is '停用日；现行为空';
comment on column board.air_validity.day_hours is '日均值要求的小时数';
comment on column board.air_validity.month_days is '月均值要求的天数';
comment on column board.air_validity.february_days is '二月要求的天数';
comment on column board.air_validity.year_days is '年均值要求的天数';

create view board.air_hours as
select h.ts as time, h.site_id, s.code as site_code, s.name as site, h.so2, h.no2, h.co, h.o3, h.pm10, h.pm25,
       (select string_agg(f.indicator || ':' || f.flag, ' ' order by f.indicator, f.flag) from value_flags f
         where f.family = 'air_hour' and f.ts = h.ts and f.site_id = h.site_id) as flags
  from air_hour h join sites s on s.id = h.site_id;
comment on view board.air_hours is '点位空气小时值，照所收的值，含被标记的值；须按 time 限定范围';
comment on column board.air_hours.time is '该小时的起点';
comment on column board.air_hours.site_id is '点位编号';
comment on column board.air_hours.site_code is '点位编码';
comment on column board.air_hours.site is '点位名称';
comment on column board.air_hours.so2 is 'SO2，µg/m³';
comment on column board.air_hours.no2 is 'NO2，µg/m³';
comment on column board.air_hours.co is 'CO，mg/m³';
comment on column board.air_hours.o3 is 'O3，µg/m³';
comment on column board.air_hours.pm10 is 'PM10，µg/m³';
comment on column board.air_hours.pm25 is 'PM2.5，µg/m³';
comment on column board.air_hours.flags is '该行各值的标记，项目:标记，空格分隔；没有为空';

create view board.air_months_reported as
select m.ts as time, m.site_id, s.name as site, m.so2, m.no2, m.co, m.o3_8h, m.pm10, m.pm25
  from air_month m join sites s on s.id = m.site_id;
comment on view board.air_months_reported is '外部上报的点位月均值，照所收；服务自己不存月均值';
comment on column board.air_months_reported.time is '当月首日北京零时';
comment on column board.air_months_reported.site_id is '点位编号';
comment on column board.air_months_reported.site is '点位名称';
comment on column board.air_months_reported.so2 is 'SO2，µg/m³';
comment on column board.air_months_reported.no2 is 'NO2，µg/m³';
comment on column board.air_months_reported.co is 'CO，mg/m³';
comment on column board.air_months_reported.o3_8h is 'O3 8 小时，µg/m³';
comment on column board.air_months_reported.pm10 is 'PM10，µg/m³';
comment on column board.air_months_reported.pm25 is 'PM2.5，µg/m³';

create view board.dust_periods as
select d.id as period_id, d.starts_at, d.ends_at, d.document, d.note from dust_periods d;
comment on view board.dust_periods is '已公布的沙尘天气过程，[starts_at, ends_at)';
comment on column board.dust_periods.period_id is '编号';
comment on column board.dust_periods.starts_at is '起';
comment on column board.dust_periods.ends_at is '止（不含）';
comment on column board.dust_periods.document is '依据文件';
comment on column board.dust_periods.note is '备注';

-- Water.

create view board.water_months as
select board.day_start(m.month) as time, m.month, m.site_id, s.code as site_code, s.name as site, s.kind, s.water_body,
       s.placeholder, m.grade, c.name_zh as grade_zh,
       case when m.no_flow then '断流' when m.grade is not null then c.name_zh when m.input = 'none' then '无数据'
            else '无法评价' end as state_zh,
       array_to_string(array(select coalesce(i.name_zh, x.code) from unnest(m.determining) with ordinality as x (code, n)
         left join indicators i on i.code = x.code order by x.n), '、') as determining_zh,
       array_to_string(array(select coalesce(i.name_zh, p.value ->> 'code')
           || coalesce('（' || round((p.value ->> 'multiple')::numeric, 2)::text || ' 倍）', '')
         from jsonb_array_elements(m.main_pollutants) with ordinality as p (value, n)
         left join indicators i on i.code = p.value ->> 'code' order by p.n), '、') as over_zh,
       m.samples, case m.input when 'monthly' then '月均值' when 'samples' then '单次采样' else '无' end as input_zh,
       m.no_flow, m.standard_id, m.computed_at
  from water_site_months m join sites s on s.id = m.site_id left join board.water_classes c on c.grade = m.grade;
comment on view board.water_months is '断面、水源地逐月水质类别';
comment on column board.water_months.time is '当月首日北京零时';
comment on column board.water_months.month is '当月首日';
comment on column board.water_months.site_id is '断面编号';
comment on column board.water_months.site_code is '断面编码';
comment on column board.water_months.site is '断面名称';
comment on column board.water_months.kind is '断面类型代码';
comment on column board.water_months.water_body is '所在河湖';
comment on column board.water_months.placeholder is '名称有待补充';
comment on column board.water_months.grade is '类别序号 1–6，6 为劣Ⅴ；不能评价为空';
comment on column board.water_months.grade_zh is '类别写法 Ⅰ … 劣Ⅴ';
comment on column board.water_months.state_zh is '类别，或 断流、无数据、无法评价';
comment on column board.water_months.determining_zh is '定类项目';
comment on column board.water_months.over_zh is '超标项目及超标倍数（写到两位小数，供阅读）';
comment on column board.water_months.samples is '采用的样品数';
comment on column board.water_months.input_zh is '依据：月均值、单次采样或无';
comment on column board.water_months.no_flow is '当月断流';
comment on column board.water_months.standard_id is '所用标准';
comment on column board.water_months.computed_at is '计算时刻';

create view board.water_items as
select board.day_start(m.month) as time, m.month, m.site_id, s.name as site, s.kind, i.key as item,
       coalesce(n.name_zh, i.key) as item_zh, coalesce(n.unit, '') as unit, i.value as value,
       i.value::double precision as value_number, i.key = any (m.determining) as determining
  from water_site_months m join sites s on s.id = m.site_id
  cross join lateral jsonb_each_text(m.items) as i left join indicators n on n.code = i.key;
comment on view board.water_items is '断面、水源地逐月各项目的均值';
comment on column board.water_items.time is '当月首日北京零时';
comment on column board.water_items.month is '当月首日';
comment on column board.water_items.site_id is '断面编号';
comment on column board.water_items.site is '断面名称';
comment on column board.water_items.kind is '断面类型代码';
comment on column board.water_items.item is '项目代码';
comment on column board.water_items.item_zh is '项目名称';
comment on column board.water_items.unit is '单位';
comment on column board.water_items.value is '月均值，十进制文字';
comment on column board.water_items.value_number is '同 value，供画图';
comment on column board.water_items.determining is '是否定类项目';

-- Reported figures.

create view board.period_reports as
select board.day_start(r.period_end - 1) as time, r.id as report_id, r.indicator, i.name_zh as indicator_zh, i.unit,
       board.target_area(r.indicator) as area_zh, r.site_id, s.name as site, s.kind as site_kind,
       case r.period_kind when 'year' then '年' when 'half-year' then '半年' when 'quarter' then '季' when 'month' then '月'
         when 'to-date' then '累计' end as period_kind_zh,
       r.period_start, r.period_end - 1 as period_last_day,
       to_char(r.period_start, 'YYYY-MM-DD') || ' 至 ' || to_char(r.period_end - 1, 'YYYY-MM-DD') as period_zh,
       r.value::text as value, r.value::double precision as value_number,
       case i.unit when '是/否' then case when r.value = 1 then '已完成' when r.value = 0 then '未完成' else r.value::text end
         when '' then r.value::text when '%' then r.value::text || '%' else r.value::text || ' ' || i.unit end as value_zh,
       r.numerator::text as numerator, r.denominator::text as denominator, r.evidence, w.actor_office as office_zh,
       w.at as written_at
  from period_reports r join indicators i on i.code = r.indicator join sites s on s.id = r.site_id
  join writes w on w.id = r.write_id;
comment on view board.period_reports is '各单位报送的比率、面积、数量和里程碑';
comment on column board.period_reports.time is '报送期最后一日的北京零时';
comment on column board.period_reports.report_id is '编号';
comment on column board.period_reports.indicator is '项目代码';
comment on column board.period_reports.indicator_zh is '项目名称';
comment on column board.period_reports.unit is '单位';
comment on column board.period_reports.area_zh is '领域（工作假定）';
comment on column board.period_reports.site_id is '地域编号';
comment on column board.period_reports.site is '地域：全县或乡镇';
comment on column board.period_reports.site_kind is '地域类型代码：county、township …';
comment on column board.period_reports.period_kind_zh is '报送期类型';
comment on column board.period_reports.period_start is '报送期首日';
comment on column board.period_reports.period_last_day is '报送期最后一日';
comment on column board.period_reports.period_zh is '报送期的写法';
comment on column board.period_reports.value is '报送值，十进制文字';
comment on column board.period_reports.value_number is '同 value，供画图';
comment on column board.period_reports.value_zh is '同 value，带单位';
comment on column board.period_reports.numerator is '分子；未报为空';
comment on column board.period_reports.denominator is '分母；未报为空';
comment on column board.period_reports.evidence is '佐证材料';
comment on column board.period_reports.office_zh is '报送单位';
comment on column board.period_reports.written_at is '最近一次报送或更正的时刻';

-- Quality of data and the service's own standing.

create view board.latest_times as
select l.family, case l.family when 'air_minute' then '空气分钟值' when 'air_minute5' then '空气五分钟值'
         when 'air_hour' then '空气小时值' when 'air_day' then '空气日均值' when 'air_month' then '空气月均值'
         when 'water_sample' then '水质单次采样' when 'water_month' then '水质月均值' else '其他数据' end as family_zh,
       l.site_id, s.name as site, s.kind, l.ts as latest_at
  from latest_times l join sites s on s.id = l.site_id;
comment on view board.latest_times is '每个点位每类数据最新的时间';
comment on column board.latest_times.family is '数据类别代码';
comment on column board.latest_times.family_zh is '数据类别';
comment on column board.latest_times.site_id is '点位编号';
comment on column board.latest_times.site is '点位名称';
comment on column board.latest_times.kind is '点位类型代码';
comment on column board.latest_times.latest_at is '最新一条的时间（该时段的起点）';

create view board.uploads as
select u.id as upload_id, u.at as time, u.actor_office as office_zh, u.file_name, u.bytes,
       case when d.upload_id is not null then '已撤销' when u.status = 'committed' then '已入库' else '未入库' end as status_zh,
       (u.report -> 'rows' ->> 'read')::bigint as rows_read, (u.report -> 'rows' ->> 'new')::bigint as rows_new,
       (u.report -> 'rows' ->> 'changed')::bigint as rows_changed,
       (u.report -> 'rows' ->> 'unchanged')::bigint as rows_unchanged,
       (u.report -> 'rows' ->> 'rejected')::bigint as rows_rejected,
       (u.report -> 'rows' ->> 'duplicate')::bigint as rows_duplicate,
       (u.report ->> 'faultCount')::bigint as faults, (u.report ->> 'suspectCount')::bigint as suspects
  from uploads u left join write_undos d on d.upload_id = u.id;
comment on view board.uploads is '上传的文件及处理结果；不含上传人姓名';
comment on column board.uploads.upload_id is '编号';
comment on column board.uploads.time is '上传时刻';
comment on column board.uploads.office_zh is '上传单位';
comment on column board.uploads.file_name is '文件名';
comment on column board.uploads.bytes is '字节数';
comment on column board.uploads.status_zh is '已入库、未入库、已撤销';
comment on column board.uploads.rows_read is '读到的行数';
comment on column board.uploads.rows_new is '新增行数';
comment on column board.uploads.rows_changed is '更正行数';
comment on column board.uploads.rows_unchanged is '与库中相同的行数';
comment on column board.uploads.rows_rejected is '退回的行数';
comment on column board.uploads.rows_duplicate is '文件内重复的行数';
comment on column board.uploads.faults is '问题数';
comment on column board.uploads.suspects is '可疑值数';

create view board.flagged_values as
select f.ts as time, beijing_day(f.ts) as day, f.family, f.site_id, s.name as site, f.indicator,
       case f.indicator when '*' then '整行' else coalesce(i.name_zh, f.indicator) end as indicator_zh, f.flag,
       case f.flag when 'below-detection' then '低于检出限' when 'no-flow' then '断流' when 'maintenance' then '维护'
         when 'suspect' then '可疑' when 'invalid' then '无效' when 'valid' then '复核有效' end as flag_zh,
       f.rule as rules,
       array_to_string(array(select coalesce((select min(q.title_zh) from quality_rules q where q.rule = r.name), r.name)
         from unnest(string_to_array(f.rule, ',')) with ordinality as r (name, n) where r.name <> '' order by r.n), '、')
         as rules_zh
  from value_flags f join sites s on s.id = f.site_id left join indicators i on i.code = f.indicator;
comment on view board.flagged_values is '带标记的值，一值一标记一行；须按 time 限定范围';
comment on column board.flagged_values.time is '值的时间';
comment on column board.flagged_values.day is '值的北京日';
comment on column board.flagged_values.family is '数据类别代码';
comment on column board.flagged_values.site_id is '点位编号';
comment on column board.flagged_values.site is '点位名称';
comment on column board.flagged_values.indicator is '项目代码；* 为整行';
comment on column board.flagged_values.indicator_zh is '项目名称';
comment on column board.flagged_values.flag is '标记代码';
comment on column board.flagged_values.flag_zh is '标记：低于检出限、断流、维护、可疑、无效、复核有效';
comment on column board.flagged_values.rules is '引起可疑的规则代码，逗号分隔';
comment on column board.flagged_values.rules_zh is '引起可疑的规则名称';

create view board.published_differences as
select d.ts as time, d.site_id, s.name as site, d.span, d.indicator, coalesce(i.name_zh, d.indicator) as indicator_zh,
       d.published, d.computed, d.rule, d.cause, d.computed_at
  from published_differences d join sites s on s.id = d.site_id left join indicators i on i.code = d.indicator;
comment on view board.published_differences is '外部公布值与服务计算值不一致之处';
comment on column board.published_differences.time is '值的时间';
comment on column board.published_differences.site_id is '点位编号';
comment on column board.published_differences.site is '点位名称';
comment on column board.published_differences.span is '时段代码：hour、day、month、instant';
comment on column board.published_differences.indicator is '项目代码';
comment on column board.published_differences.indicator_zh is '项目名称';
comment on column board.published_differences.published is '公布值';
comment on column board.published_differences.computed is '计算值';
comment on column board.published_differences.rule is '计算所依标准';
comment on column board.published_differences.cause is '已知的原因';
comment on column board.published_differences.computed_at is '比对时刻';

create view board.corrections as
select n.id as notice_id, n.raised_at as time, f.kind,
       case f.kind when 'target' then '指标' when 'group-mean' then '均值' when 'section-class' then '断面类别' end as kind_zh,
       coalesce((select v.definition ->> 'nameZh' from target_versions v
                  where f.kind = 'target' and v.target_id::text = f.subject order by v.version desc limit 1),
                (select s.name from sites s where f.kind = 'section-class' and s.code = f.subject),
                (select g.name_zh || ' ' || board.air_items_zh(array[split_part(f.subject, '/', 2)]) from site_groups g
                  where f.kind = 'group-mean' and g.code = split_part(f.subject, '/', 1)),
                f.subject) as subject_zh,
       f.period, f.published_value, n.old_value, n.new_value, f.document, f.published_on,
       n.acknowledged_at, case when n.acknowledged_at is null then '待处理' else '已处理' end as state_zh
  from figure_notices n join published_figures f on f.id = n.figure_id;
comment on view board.corrections is '已公布数据变更：公布之后因数据更正而改变的数';
comment on column board.corrections.notice_id is '编号';
comment on column board.corrections.time is '发现变更的时刻';
comment on column board.corrections.kind is '种类代码';
comment on column board.corrections.kind_zh is '种类：指标、均值、断面类别';
comment on column board.corrections.subject_zh is '是什么数';
comment on column board.corrections.period is '时段，YYYY 或 YYYY-MM';
comment on column board.corrections.published_value is '公布的数';
comment on column board.corrections.old_value is '变更前计算的数';
comment on column board.corrections.new_value is '变更后计算的数';
comment on column board.corrections.document is '公布所用文件';
comment on column board.corrections.published_on is '公布日';
comment on column board.corrections.acknowledged_at is '处理时刻；待处理为空';
comment on column board.corrections.state_zh is '待处理或已处理';

create view board.jobs as
select j.name as job, case j.name when 'recompute' then '重算统计值' when 'minute-hours' then '分钟值合成小时值'
         when 'verdict-history' then '记录每日判定' else j.name end as job_zh,
       j.expression, j.next_due_at, j.last_started_at, j.last_finished_at, j.last_success_at, j.last_outcome,
       case j.last_outcome when 'succeeded' then '成功' when 'failed' then '失败' when 'abandoned' then '中断' end as outcome_zh,
       j.failures
  from jobs j where not j.retired;
comment on view board.jobs is '定时任务的状态；不含错误原文';
comment on column board.jobs.job is '任务代码';
comment on column board.jobs.job_zh is '任务名称';
comment on column board.jobs.expression is '时间表';
comment on column board.jobs.next_due_at is '下次应运行';
comment on column board.jobs.last_started_at is '上次开始';
comment on column board.jobs.last_finished_at is '上次结束';
comment on column board.jobs.last_success_at is '上次成功';
comment on column board.jobs.last_outcome is '上次结果代码';
comment on column board.jobs.outcome_zh is '上次结果；未运行过为空';
comment on column board.jobs.failures is '上次成功以来未成功的次数';

create view board.messages as
select o.id as message_id, o.created_at as time, c.name as channel, c.type as channel_type, o.kind, o.severity,
       case o.severity when 'notice' then '提示' when 'warning' then '警告' when 'critical' then '严重' else o.severity end
         as severity_zh,
       o.state, case o.state when 'queued' then '待发' when 'sending' then '发送中' when 'delivered' then '已送达'
         when 'held' then '静默时段暂存' when 'dead' then '未能送达' end as state_zh,
       o.attempts, o.next_attempt_at, o.delivered_at
  from outbox o join channels c on c.id = o.channel_id;
comment on view board.messages is '发出的消息及送达状态；不含正文、密钥和对方的答复';
comment on column board.messages.message_id is '编号';
comment on column board.messages.time is '产生时刻';
comment on column board.messages.channel is '渠道名称';
comment on column board.messages.channel_type is '渠道类型代码';
comment on column board.messages.kind is '消息种类代码';
comment on column board.messages.severity is '级别代码';
comment on column board.messages.severity_zh is '级别：提示、警告、严重';
comment on column board.messages.state is '状态代码';
comment on column board.messages.state_zh is '状态：待发、发送中、已送达、静默时段暂存、未能送达';
comment on column board.messages.attempts is '已尝试次数';
comment on column board.messages.next_attempt_at is '下次尝试；已了结的无意义';
comment on column board.messages.delivered_at is '送达时刻';

create view board.alerts as
select a.rule_code, coalesce(r.document ->> 'titleZh', a.rule_code) as rule_zh,
       (select string_agg(l.key || '=' || l.value, ' ' order by l.key) from jsonb_each_text(a.labels) as l) as labels,
       array_to_string(array(select coalesce(o.name_zh, c.code) from unnest(a.offices) with ordinality as c (code, n)
         left join offices o on o.code = c.code order by c.n), '、') as offices_zh,
       a.status, case a.status when 'inactive' then '未触发' when 'pending' then '待确认' when 'firing' then '告警中'
         when 'resolved' then '已恢复' when 'no-data' then '无数据' when 'error' then '出错' end as status_zh,
       a.severity, case a.severity when 'notice' then '提示' when 'warning' then '警告' when 'critical' then '严重' end
         as severity_zh,
       a.firing_since, a.changed_at
  from alerts a join alert_rules r on r.code = a.rule_code;
comment on view board.alerts is '每条告警现在的状态';
comment on column board.alerts.rule_code is '规则代码';
comment on column board.alerts.rule_zh is '规则名称';
comment on column board.alerts.labels is '告警的标签，键=值，空格分隔';
comment on column board.alerts.offices_zh is '责任单位';
comment on column board.alerts.status is '状态代码';
comment on column board.alerts.status_zh is '状态：未触发、待确认、告警中、已恢复、无数据、出错';
comment on column board.alerts.severity is '级别代码；未触发为空';
comment on column board.alerts.severity_zh is '级别：提示、警告、严重';
comment on column board.alerts.firing_since is '触发时刻（数据的时间）；未触发为空';
comment on column board.alerts.changed_at is '状态改变的时刻';

-- The reader. Rights are given by a procedure, so that a role made later, or one of another name, gets the same.

create procedure board.open_to(reader name)
language plpgsql as $$
begin
  execute format('grant usage on schema board to %I', reader);
  execute format('grant select on all tables in schema board to %I', reader);
end
$$;
comment on procedure board.open_to is '让一个角色只读看板视图；以后的版本增加视图后再调用一次';
revoke execute on procedure board.open_to from public;

do $$
begin
  if not exists (select from pg_roles where rolname = 'cei_grafana') then
    begin
      create role cei_grafana nologin;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise notice 'Role cei_grafana was not made: this user may not create roles. A user who may runs: create role cei_grafana login password ''…''; call board.open_to(''cei_grafana''); alter role cei_grafana set statement_timeout = ''15s'';';
    end;
  end if;
  if exists (select from pg_roles where rolname = 'cei_grafana') then
    call board.open_to('cei_grafana');
    -- Settings of a role are the cluster's: another database may be setting them now, or they are not ours to set.
    begin
      alter role cei_grafana set statement_timeout = '15s';
      alter role cei_grafana set default_transaction_read_only = on;
      alter role cei_grafana set search_path = board;
    exception
      when insufficient_privilege or internal_error then
        raise notice 'The settings of role cei_grafana are left as they are: %', sqlerrm;
    end;
  end if;
end
$$;
