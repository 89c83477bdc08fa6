import { type Panel } from '@grafana/schema';
import { missingAs, verdictMappings } from '../colours.js';
import { chosen, manyOf, place, toDashboard } from '../dashboard.js';
import { colouredColumn, lines, onColumn, table, targetLine, wide } from '../panels.js';
import { boardUids, headlineTargets, standing, targetTile } from './common.js';

const straw = `indicator = 'straw_utilisation_rate'`;
const areas = `area_zh in ('农业农村', '土壤与固体废物')`;

/** 农业农村与固废: straw by township and year, and the other reported rates. */
export function agricultureBoard() {
  return toDashboard({
    uid: boardUids.agriculture,
    title: '农业农村与固废',
    description: '秸秆综合利用率分乡镇、分年度，农膜、粪污、农药包装、农村污水等报送的比率',
    time: { from: 'now-5y', to: 'now' },
    variables: [
      manyOf(
        'town',
        '乡镇',
        `select site as __text, site_code as __value from board.sites where kind = 'township' order by site`,
        `select s.site_code from board.sites s where s.kind = 'township'`,
      ),
    ],
    panels: [
      place(standing(), 24, 3),
      ...headlineTargets
        .filter(({ board }) => board === boardUids.agriculture)
        .map((target) => place(targetTile(target), 6, 10)),
      place(targetsOfAreas(), 18, 10),
      place(strawOverTime(), 12, 10),
      place(strawReports(), 12, 10),
      place(reportedRates(), 24, 12),
    ],
  });
}

function targetsOfAreas(): Panel {
  return table(
    {
      title: '农业农村、土壤与固体废物的指标',
      description: '领域为农业农村、土壤与固体废物（工作假定）的指标：目标、现值和结论取最近一次记录的判定。',
    },
    `select target as "指标", limit_zh as "目标", value_zh as "现值", distance_zh as "余量", verdict_zh as "结论",
            to_char(due, 'YYYY-MM-DD') as "期限", offices_zh as "责任单位"
       from board.targets where ${areas} order by due desc, target_id limit 100`,
    [colouredColumn('结论', verdictMappings, 110), wide('目标', 90), wide('现值', 90), wide('期限', 100)],
  );
}

function strawOverTime(): Panel {
  return lines(
    {
      title: '秸秆综合利用率：分乡镇',
      description: '所选乡镇各报送期的秸秆综合利用率，落在报送期最后一日；红线是第 34 号指标的目标（全县）。',
    },
    `select time, metric, value from (
       select r.time, r.site as metric, r.value_number as value from board.period_reports r
         join board.sites s on s.site_id = r.site_id
        where r.${straw} and s.site_code in ${chosen('town')}
       union all
       select distinct r.time, '目标', t.limit_number from board.period_reports r
         join board.targets t on t.target_id = 34 where r.${straw}) as x
      where $__timeFilter(time) order by time, metric limit 5000`,
    { unit: 'percent', decimals: 1, points: true, overrides: [targetLine('目标')] },
  );
}

function strawReports(): Panel {
  return table(
    {
      title: '秸秆综合利用率：报送的数',
      description: '所选乡镇和全县报送的秸秆综合利用率及其分子、分母和佐证，照所报的数，最近的在前。',
    },
    `select r.period_zh as "报送期", r.site as "地域", r.value_zh as "利用率", r.numerator as "分子",
            r.denominator as "分母", r.evidence as "佐证"
       from board.period_reports r join board.sites s on s.site_id = r.site_id
      where r.${straw} and (s.kind = 'county' or s.site_code in ${chosen('town')}) and $__timeFilter(time)
      order by r.time desc, s.kind, r.site limit 500`,
    ['分子', '分母', '佐证'].map((name) => onColumn(name, { ...missingAs('—') })),
  );
}

function reportedRates(): Panel {
  return table(
    {
      title: '其他报送的数',
      description:
        '农业农村、土壤与固体废物（工作假定）的其他项目：时段内报送的数、报送期、佐证和报送单位，照所报的数。',
    },
    `select indicator_zh as "项目", period_kind_zh as "类型", period_zh as "报送期", site as "地域", value_zh as "数值",
            numerator as "分子", denominator as "分母", evidence as "佐证", office_zh as "报送单位"
       from board.period_reports where ${areas} and not ${straw} and $__timeFilter(time)
      order by indicator_zh, time desc limit 1000`,
    ['分子', '分母', '佐证'].map((name) => onColumn(name, { ...missingAs('—') })),
  );
}
