import { type Panel } from '@grafana/schema';
import { categoryColours, colourTexts, levelMappings, monthStateMappings } from '../colours.js';
import { annotation, chosen, lookedBack, manyOf, place, toDashboard, withinDays } from '../dashboard.js';
import {
  colouredColumn,
  filledColumn,
  lines,
  numberColumn,
  onColumn,
  states,
  table,
  targetLine,
  wide,
} from '../panels.js';
import { boardUids, headlineTargets, standing, targetTile } from './common.js';

/** Grafana's unit of µg/m³; its id has the Greek μ (U+03BC). */
export const microgram = 'con\u03bcgm3';
const county = `group_code = 'air-county-evaluation'`;
const airTargets = headlineTargets.filter(({ board }) => board === boardUids.air);

/** 大气: days, ledgers, categories, dust, stations. */
export function airBoard() {
  return toDashboard({
    uid: boardUids.air,
    title: '大气',
    description: '空气质量逐日、两种口径、累计均值与目标、首要污染物、沙尘过程和点位',
    time: { from: 'now-1y', to: 'now' },
    variables: [
      manyOf(
        'station',
        '空气站',
        `select site as __text, site_code as __value from board.sites where kind = 'air-station' order by site`,
        `select s.site_code from board.sites s where s.kind = 'air-station'`,
      ),
    ],
    annotations: [
      annotation(
        '沙尘过程',
        'orange',
        `select starts_at as time, ends_at as timeend, document as text, '沙尘' as tags from board.dust_periods
          where starts_at <= $__timeTo()::timestamptz - ${lookedBack}
            and ends_at >= $__timeFrom()::timestamptz - ${lookedBack} order by starts_at limit 500`,
      ),
    ],
    panels: [
      place(standing(), 24, 3),
      ...airTargets.map((target) => place(targetTile(target), 8, 9)),
      place(calendar(), 24, 5),
      place(cumulativeMean(19, 'PM2.5', 'µg/m³'), 12, 8),
      place(cumulativeMean(20, 'PM10', 'µg/m³'), 12, 8),
      place(dailyMeans('pm25', 'PM2.5', 19), 12, 8),
      place(dailyMeans('pm10', 'PM10', 20), 12, 8),
      place(monthlyMeans('pm25', 'PM2.5', 19), 12, 8),
      place(monthlyMeans('pm10', 'PM10', 20), 12, 8),
      place(monthTable(), 24, 9),
      place(dailyAqi(), 8, 8),
      place(goodShare(), 8, 8),
      place(goodDayBudget(), 8, 8),
      place(categories(), 8, 8),
      place(primaryPollutants(), 8, 8),
      place(dustPeriods(), 8, 8),
      place(stationDays('pm25', 'PM2.5'), 12, 8),
      place(stationDays('pm10', 'PM10'), 12, 8),
      place(hours(), 24, 9),
    ],
  });
}

function calendar(): Panel {
  return states(
    {
      title: 'AQI 日历',
      description:
        '县域每天的空气质量级别（HJ 633，含沙尘口径，照所存的级别）。灰色是数据不足以评价或没有数据的日子。',
    },
    `select time, '级别' as metric, case level_zh when '一级' then 1 when '二级' then 2 when '三级' then 3
            when '四级' then 4 when '五级' then 5 when '六级' then 6 end as level
       from board.air_days where ${county} and $__timeFilter(time) order by time limit 5000`,
    levelMappings,
  );
}

function cumulativeMean(targetId: number, name: string, unit: string): Panel {
  return lines(
    {
      title: `${name} 累计均值与目标`,
      description:
        `第 ${targetId} 号指标截至每一天的年均值（按目标精度修约，含沙尘口径，HJ 663）与当时的目标、上年同期值，${unit}。` +
        '剩余控制浓度：余下的日子平均不超过它才能达标；预计期末是按往年同期推算的中位数和区间，估算，不是判定。' +
        '照判定历史，每年 1 月 1 日重新累计；没有数据或尚未计算的日子断开。',
    },
    `select v.time, v.value_number as "累计均值", v.limit_number as "目标", o.allowed_number as "剩余控制浓度",
            o.projection_number as "预计期末", o.projection_low_number as "预计下端", o.projection_high_number as "预计上端",
            o.before_number as "上年同期"
       from (select * from board.verdict_days where target_id = ${targetId} and $__timeFilter(time)) v
       left join board.outlook_days o on o.target_id = ${targetId} and o.as_of = v.as_of order by v.time limit 5000`,
    {
      unit: microgram,
      decimals: 1,
      overrides: [
        targetLine('目标'),
        onColumn('剩余控制浓度', { 'custom.lineWidth': 2 }),
        ...['预计下端', '预计上端'].map((end) =>
          onColumn(end, { 'custom.lineStyle': { fill: 'dot', dash: [2, 6] } }),
        ),
      ],
    },
  );
}

function dailyMeans(item: 'pm25' | 'pm10', name: string, targetId: number): Panel {
  return lines(
    {
      title: `${name} 日均：两种口径`,
      description:
        `县域 ${name} 日均值，未修约：含沙尘，和扣除已公布沙尘时段（环办监测〔2016〕120 号）之后。` +
        `红线是第 ${targetId} 号指标的年均目标，仅供参照，不是日均限值。`,
    },
    `select time, ${item} as "含沙尘", ${item}_no_dust as "扣除沙尘",
            (select t.limit_number from board.targets t where t.target_id = ${targetId}) as "年均目标"
       from board.air_days where ${county} and $__timeFilter(time) order by time limit 5000`,
    { unit: microgram, decimals: 1, overrides: [targetLine('年均目标')] },
  );
}

function monthlyMeans(item: 'pm25' | 'pm10', name: string, targetId: number): Panel {
  return lines(
    {
      title: `${name} 月均：两种口径`,
      description:
        `县域 ${name} 月均值（HJ 663），未修约，照服务所存：含沙尘，和扣除已公布沙尘时段（环办监测〔2016〕120 号）之后，落在当月首日。` +
        `未满月和有效天数不足的月份只供参考，见逐月均值表。红线是第 ${targetId} 号指标的年均目标，不是月均限值。`,
    },
    `select time, max(mean_number) filter (where ledger = 'with-dust') as "含沙尘",
            max(mean_number) filter (where ledger = 'without-dust') as "扣除沙尘",
            (select t.limit_number from board.targets t where t.target_id = ${targetId}) as "年均目标"
       from board.air_months where ${county} and item = '${item}' and $__timeFilter(time)
      group by time order by time limit 1000`,
    { unit: microgram, decimals: 1, points: true, overrides: [targetLine('年均目标')] },
  );
}

function monthTable(): Panel {
  return table(
    {
      title: '逐月均值',
      description:
        '县域 PM2.5、PM10 每月均值（HJ 663），两种口径并列，按公报的位数修约，µg/m³，照服务所存，最近的在前。' +
        '有效天数要够标准要求（GB 3095 表 4）；未满月、有效天数不足的只供参考。年均目标是第 19、20 号指标的，仅供参照。',
    },
    `select to_char(m.month, 'YYYY-MM') as "月份", m.item_zh as "项目", m.printed as "含沙尘", d.printed as "扣除沙尘",
            t.limit_zh as "年均目标", m.valid_days::bigint as "有效天数", m.required_days::bigint as "要求天数",
            m.state_zh as "状态", to_char(m.through_day, 'YYYY-MM-DD') as "计入至"
       from board.air_months m
       join board.air_months d on d.group_code = m.group_code and d.month = m.month and d.item = m.item
        and d.ledger = 'without-dust'
       left join board.targets t on t.target_id = case m.item when 'pm25' then 19 else 20 end
      where m.${county} and m.ledger = 'with-dust' and m.time between $__timeFrom() and $__timeTo()
      order by m.month desc, m.item desc limit 200`,
    [
      colouredColumn('状态', monthStateMappings, 130),
      numberColumn('有效天数', 'none', 0, 90),
      numberColumn('要求天数', 'none', 0, 90),
      wide('月份', 90),
      wide('计入至', 110),
    ],
  );
}

function dailyAqi(): Panel {
  return lines(
    {
      title: 'AQI',
      description: '县域每天的 AQI（HJ 633，含沙尘口径，照所存的数）；数据不足以评价的日子断开。',
    },
    `select time, aqi as "AQI" from board.air_days where ${county} and $__timeFilter(time)
      order by time limit 5000`,
    { unit: 'none', decimals: 0, bars: true },
  );
}

function goodShare(): Panel {
  return lines(
    {
      title: '优良天数比率与目标',
      description: '第 21 号指标截至每一天的优良天数比率（HJ 663，含沙尘口径）与当时的目标；照判定历史。',
    },
    `select time, value_number as "优良天数比率", limit_number as "目标" from board.verdict_days
      where target_id = 21 and $__timeFilter(time) order by time limit 5000`,
    { unit: 'percent', decimals: 1, overrides: [targetLine('目标')] },
  );
}

function goodDayBudget(): Panel {
  return lines(
    {
      title: '优良天数余额',
      description:
        '第 21 号指标截至每一天全年还可超标几天（负为已超出）、缺测的日子不再补报时的同一个数，以及已超标的天数；' +
        'HJ 633、HJ 663，含沙尘口径，照服务所算，尚未计算的日子断开。',
    },
    `select time, allowed_number as "还可超标", allowed_if_missing_stay_number as "缺测不再补报时", allowed_so_far as "已超标"
       from board.outlook_days where target_id = 21 and $__timeFilter(time) order by time limit 5000`,
    { unit: 'suffix:天', decimals: 0 },
  );
}

function categories(): Panel {
  return table(
    {
      title: '各类别天数',
      description: '时段内县域各空气质量类别的天数（HJ 633，含沙尘口径）；不能评价的日子列为无数据。',
    },
    `select category_zh as "类别", count(*) as "天数" from board.air_days where ${county} and $__timeFilter(time)
      group by category_zh, level_zh order by min(aqi) nulls last limit 20`,
    [filledColumn('类别', colourTexts(categoryColours)), numberColumn('天数', 'none', 0, 90)],
  );
}

function primaryPollutants(): Panel {
  return table(
    {
      title: '首要污染物天数',
      description: '时段内各首要污染物的天数（HJ 633，AQI 大于 50 才有）；并列的两项各计一天。',
    },
    `select n.item_zh as "首要污染物", count(*) as "天数"
       from board.air_days cross join lateral unnest(string_to_array(primary_zh, '、')) as n (item_zh)
      where ${county} and $__timeFilter(time) group by n.item_zh order by count(*) desc, 1 limit 20`,
    [numberColumn('天数', 'none', 0, 90)],
  );
}

function dustPeriods(): Panel {
  return table(
    {
      title: '沙尘过程',
      description: '与时段相交的已公布沙尘天气过程，北京时间，最近的在前；扣除沙尘口径以此为据。',
    },
    `select to_char(starts_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "起",
            to_char(ends_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "止", document as "依据"
       from board.dust_periods where starts_at <= $__timeTo() and ends_at >= $__timeFrom()
      order by starts_at desc limit 200`,
    [wide('起', 140), wide('止', 140)],
  );
}

function stationDays(item: 'pm25' | 'pm10', name: string): Panel {
  return lines(
    {
      title: `各站 ${name} 日均`,
      description: `所选空气站的 ${name} 日均值，含沙尘口径，未修约，µg/m³。`,
    },
    `select time, site as metric, ${item} as value from board.air_station_days
      where site_code in ${chosen('station')} and $__timeFilter(time) and ${withinDays('day')}
      order by day, site limit 20000`,
    { unit: microgram, decimals: 1 },
  );
}

function hours(): Panel {
  return lines(
    {
      title: '小时值（时段内最后 14 天）',
      description:
        '所选空气站 PM2.5、PM10 的小时值，照所收的值，含后来被标为可疑或无效的值（标记见数据质量看板），µg/m³。' +
        '时间是该小时的起点。时段再长也只取最后 14 天。',
    },
    `select time, metric, value from (
       select h.time, h.site || ' ' || v.name as metric, v.value
         from board.air_hours h cross join lateral (values ('PM2.5', h.pm25), ('PM10', h.pm10)) as v (name, value)
        where h.site_code in ${chosen('station')} and $__timeFilter(time)
          and h.time >= $__timeTo()::timestamptz - interval '14 days') as x
      order by time, metric limit 40000`,
    { unit: microgram, decimals: 0 },
  );
}
