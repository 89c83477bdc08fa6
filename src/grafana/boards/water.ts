import { type Panel } from '@grafana/schema';
import { gradeMappings, gradeTextMappings, missingAs, noFlowCode } from '../colours.js';
import { manyOf, oneOf, place, toDashboard } from '../dashboard.js';
import { colouredColumn, lines, numberColumn, onColumn, states, table } from '../panels.js';
import { boardUids, headlineTargets, standing, targetTile } from './common.js';

const standard = 'GB 3838、环办〔2011〕22 号；地下水按 GB/T 14848';
const drinkingTile = { id: 36, decimals: 0, title: '县级饮用水水源', standard };
const waterTiles = [...headlineTargets.filter(({ board }) => board === boardUids.water), drinkingTile];
const sections = `kind in ('river-section', 'lake-section')`;
const sources = `kind like 'drinking-water-%'`;

/** 水环境: classes by section and month, what decides them, items over time. */
export function waterBoard() {
  return toDashboard({
    uid: boardUids.water,
    title: '水环境',
    description: '断面和水源地逐月水质类别、定类项目与超标倍数、各项目变化、断流',
    time: { from: 'now-2y', to: 'now' },
    variables: [
      manyOf(
        'site',
        '断面',
        `select site as __text, site_code as __value from board.sites where ${sections} or ${sources} order by kind desc, site`,
        `select s.site_code from board.sites s`,
      ),
      oneOf(
        'item',
        '项目',
        `select distinct item_zh as __text, item as __value from board.water_items order by 1 limit 100`,
      ),
    ],
    panels: [
      place(standing(), 24, 3),
      ...waterTiles.map((target) => place(targetTile(target), 8, 9)),
      place(gradeMatrix('断面逐月类别', sections), 24, 12),
      place(gradeMatrix('饮用水水源逐月类别', sources), 24, 11),
      place(gradeCounts(), 8, 10),
      place(determiningItems(), 16, 10),
      place(itemOverTime(), 24, 9),
      place(placeholders(), 24, 6),
    ],
  });
}

function gradeMatrix(title: string, kinds: string): Panel {
  return states(
    {
      title,
      description: `所选点位每月的水质类别（${standard}），照所存的类别；断流单列，灰色是没有数据或无法评价的月份。`,
    },
    `select time, site as metric, case when no_flow then ${noFlowCode} else grade end as grade from board.water_months
      where ${kinds} and site_code in (\${site:sqlstring}) and $__timeFilter(time) order by time, site limit 5000`,
    gradeMappings,
  );
}

function gradeCounts(): Panel {
  return table(
    {
      title: '各类别断面数（最近一月）',
      description: `时段内最近一个有类别的月份，所选断面各类别的个数（${standard}）；不含水源地。`,
    },
    `select to_char(month, 'YYYY-MM') as "月份", state_zh as "类别", count(*) as "断面数" from board.water_months
      where ${sections} and site_code in (\${site:sqlstring}) and month = (
        select max(m.month) from board.water_months m
         where m.kind in ('river-section', 'lake-section') and m.grade is not null
           and m.time >= $__timeFrom()::timestamptz and m.time <= $__timeTo()::timestamptz)
      group by month, state_zh order by min(grade) nulls last limit 20`,
    [colouredColumn('类别', gradeTextMappings), numberColumn('断面数', 'none', 0, 90)],
  );
}

function determiningItems(): Panel {
  return table(
    {
      title: '定类项目和超标倍数',
      description: `时段内所选点位每月的类别、定类项目，以及超标项目与倍数（${standard}），最近的在前。`,
    },
    `select to_char(month, 'YYYY-MM') as "月份", site as "断面", water_body as "河湖", state_zh as "类别",
            determining_zh as "定类项目", over_zh as "超标项目", samples as "样品数", standard_id as "标准"
       from board.water_months where site_code in (\${site:sqlstring}) and $__timeFilter(time)
      order by month desc, site limit 1000`,
    [
      colouredColumn('类别', gradeTextMappings, 90),
      numberColumn('样品数', 'none', 0, 80),
      onColumn('河湖', { ...missingAs('—') }),
      onColumn('定类项目', { ...missingAs('—') }),
      onColumn('超标项目', { ...missingAs('—') }),
    ],
  );
}

function itemOverTime(): Panel {
  return lines(
    {
      title: '项目变化',
      description: '所选项目在所选点位的月均值，照所存的数，单位随项目（见数据字典）；没有数据的月份没有点。',
    },
    `select time, site || ' ' || item_zh as metric, value_number as value from board.water_items
      where item in (\${item:sqlstring}) and site in (
        select s.site from board.sites s where s.site_code in (\${site:sqlstring})) and $__timeFilter(time)
      order by time, site limit 5000`,
    { unit: 'none', decimals: 4, points: true },
  );
}

function placeholders(): Panel {
  return table(
    {
      title: '名称有待补充的点位',
      description: '方案只给了个数、没有写名称的断面和水源地：名称由生态环境分局补充，数据从补充之后才有。',
    },
    `select site_code as "编码", site as "名称", kind_zh as "类型", water_body as "河湖" from board.sites
      where placeholder order by site_code limit 100`,
    [onColumn('河湖', { ...missingAs('—') })],
  );
}
