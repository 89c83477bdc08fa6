import { FieldColorModeId, type Panel } from '@grafana/schema';
import {
  colourTexts,
  gradeMappings,
  gradeNameColours,
  gradeTextMappings,
  keptCode,
  limitStateMappings,
  missingAs,
  noFlowCode,
  overCode,
} from '../colours.js';
import { chosen, manyOf, oneOf, place, toDashboard } from '../dashboard.js';
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
      place(classShares(), 16, 9),
      place(gradeCounts(), 8, 9),
      place(drinkingSources(), 24, 9),
      place(determiningItems(), 24, 10),
      place(itemsAgainstLimits(), 24, 12),
      place(itemOverTime(), 24, 9),
      place(dryMonths(), 10, 8),
      place(notes(), 14, 8),
      place(placeholders(), 24, 6),
    ],
  });
}

function gradeMatrix(title: string, kinds: string): Panel {
  return states(
    {
      title,
      description:
        `所选点位每月的水质类别（${standard}），照所存的类别；地下水没有类别，只看是否符合Ⅲ类限值。` +
        '断流单列，灰色是没有数据或无法评价的月份。',
    },
    `select time, site as metric, case when no_flow then ${noFlowCode} when grade is not null then grade
            when groundwater_kept then ${keptCode} when not groundwater_kept then ${overCode} end as grade from board.water_months
      where ${kinds} and site_code in ${chosen('site')} and $__timeFilter(time) order by time, site limit 5000`,
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
      where ${sections} and site_code in ${chosen('site')} and month = (
        select max(m.month) from board.water_months m
         where m.kind in ('river-section', 'lake-section') and m.grade is not null
           and m.time >= $__timeFrom()::timestamptz and m.time <= $__timeTo()::timestamptz)
      group by month, state_zh order by min(grade) nulls last limit 20`,
    [filledColumn('类别', gradeTextMappings), numberColumn('断面数', 'none', 0, 90)],
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
       from board.water_months where site_code in ${chosen('site')} and $__timeFilter(time)
      order by month desc, site limit 1000`,
    [
      filledColumn('类别', gradeTextMappings, 90),
      numberColumn('样品数', 'none', 0, 80),
      onColumn('河湖', { ...missingAs('—') }),
      onColumn('定类项目', { ...missingAs('—') }),
      onColumn('超标项目', { ...missingAs('—') }),
    ],
  );
}

function classShares(): Panel {
  return lines(
    {
      title: '各类别断面比例（逐月）',
      description:
        `所选断面中各类别所占的比例，一月一柱；分母是当月有类别的断面，断流和没有数据的不计（${standard}）。` +
        '柱上的数是断面个数，照所存的类别；不含水源地。',
    },
    `select time, grade_zh as metric, count(*) as value from board.water_months
      where ${sections} and grade is not null and site_code in ${chosen('site')} and $__timeFilter(time)
      group by time, grade, grade_zh order by time, grade limit 2000`,
    {
      unit: 'suffix:个',
      decimals: 0,
      shares: true,
      overrides: Object.entries(gradeNameColours).map(([grade, fixedColor]) =>
        onColumn(grade, { color: { mode: FieldColorModeId.Fixed, fixedColor } }),
      ),
    },
  );
}

function drinkingSources(): Panel {
  return table(
    {
      title: '饮用水水源（最近一月）',
      description:
        '所选水源地在时段内最近一个有数据的月份：类别（地下水为是否符合Ⅲ类限值）、目标类别，参加评价的项目里有没有超过目标类别限值的，' +
        `以及超过的项目和倍数（${standard}；地表水水源还看 GB 3838 表 2 补充项目）。水源指标的结论以台账为准。`,
    },
    `select distinct on (m.site_code) m.site as "水源地", to_char(m.month, 'YYYY-MM') as "月份", m.state_zh as "类别",
            t.target_zh || ' 类' as "目标", x.state_zh as "限值", x.over_zh as "超过的项目", m.samples::bigint as "样品数"
       from board.water_months m left join board.section_targets t on t.site_id = m.site_id
       left join lateral (
         select case when count(*) filter (where i.state_zh = '超过') > 0 then '超过'
                     when count(*) filter (where i.state_zh = '符合') > 0 then '符合' else '不评价' end as state_zh,
                string_agg(i.item_zh || coalesce('（' || i.multiple_zh || '）', ''), '、' order by i.position)
                  filter (where i.state_zh = '超过') as over_zh
           from board.water_item_limits i where i.site_id = m.site_id and i.month = m.month) as x on true
      where m.${sources} and m.site_code in ${chosen('site')} and m.time between $__timeFrom() and $__timeTo()
        and m.samples > 0
      order by m.site_code, m.month desc limit 100`,
    [
      filledColumn('类别', gradeTextMappings, 120),
      colouredColumn('限值', limitStateMappings, 90),
      onColumn('超过的项目', { ...missingAs('—') }),
      numberColumn('样品数', 'none', 0, 80),
      wide('月份', 90),
      wide('目标', 80),
    ],
  );
}

function itemsAgainstLimits(): Panel {
  return table(
    {
      title: '项目与限值',
      description:
        '所选点位每月各项目的均值、所属指标的目标类别和该类别的限值、超标倍数（对目标类别），最近的月份和超过的在前。' +
        `限值照 GB 3838（地下水 GB/T 14848）所存；pH 和溶解氧不计倍数；总氮、粪大肠菌群等单独评价，不参加定类（${standard}）。` +
        '均值至多写四位小数。',
    },
    `select to_char(month, 'YYYY-MM') as "月份", site as "点位", item_zh as "项目", value_zh as "月均值",
            target_zh || ' 类' as "目标", limit_zh as "限值", state_zh as "对照", multiple_zh as "超标倍数",
            coalesce(grade_zh, '不分类别') as "该项类别"
       from board.water_item_limits
      where site_code in ${chosen('site')} and state_zh <> '不评价' and $__timeFilter(time)
      order by month desc, (state_zh = '超过') desc, site, position limit 2000`,
    [
      colouredColumn('对照', limitStateMappings, 90),
      filledColumn('该项类别', gradeTextMappings, 90),
      onColumn('超标倍数', { ...missingAs('—'), 'custom.width': 100 }),
      wide('月份', 90),
      wide('目标', 80),
    ],
  );
}

function itemOverTime(): Panel {
  return lines(
    {
      title: '项目变化',
      description:
        '所选项目在所选点位的月均值，照所存的数，单位随项目（见项目与限值表）；没有数据的月份没有点。' +
        '红线是这些点位目标类别的限值（GB 3838；地下水 GB/T 14848），pH 是范围，不画线。',
    },
    `select time, metric, value from (
       select time, site || ' ' || item_zh as metric, value_number as value from board.water_item_limits
        where item in ${chosen('item')} and site_code in ${chosen('site')}
       union all
       select distinct time, '限值 ' || target_zh || '类', limit_number from board.water_item_limits
        where item in ${chosen('item')} and site_code in ${chosen('site')} and limit_number is not null
          and target_zh is not null) as x
      where $__timeFilter(time) order by time, metric limit 5000`,
    {
      unit: 'none',
      decimals: 4,
      points: true,
      overrides: ['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ', 'Ⅴ'].map((grade) => targetLine(`限值 ${grade}类`)),
    },
  );
}

function dryMonths(): Panel {
  return table(
    {
      title: '断流月份',
      description:
        '时段内所选断面断流的月份，有断流的在前；没有断流的断面也列出，与没有数据是两回事。' +
        '断流的月份没有类别，不进入年均值（怎么处理见评价说明）。',
    },
    `select site as "断面", count(*) filter (where no_flow) as "月数",
            coalesce(string_agg(to_char(month, 'YYYY-MM'), '、' order by month) filter (where no_flow),
              case when count(*) filter (where samples > 0) > 0 then '没有断流' end) as "断流月份",
            count(*) filter (where not no_flow and samples > 0) as "有数据的月数"
       from board.water_months where ${sections} and site_code in ${chosen('site')} and $__timeFilter(time)
      group by site_code, site order by 2 desc, site limit 500`,
    [
      numberColumn('月数', 'none', 0, 70),
      numberColumn('有数据的月数', 'none', 0, 120),
      onColumn('断流月份', { 'custom.wrapText': true }),
    ],
  );
}

function notes(): Panel {
  return table(
    {
      title: '评价说明',
      description:
        '断流、自然因素、饮用水水源等怎样评价，照现行评价规范所存；工作假定是没有读到原文、按通行做法定的。' +
        '服务没有登记经批准的自然因素项目：看板上的类别全部是实测类别，没有扣除自然因素。',
    },
    `select topic_zh as "事项", note_zh as "处理", source as "依据", status_zh as "状态" from board.water_notes
      order by position limit 20`,
    [
      onColumn('处理', { 'custom.wrapText': true, ...missingAs('—') }),
      colouredColumn('状态', colourTexts({ 已核实: 'green', 工作假定: 'orange' }), 90),
      wide('事项', 120),
    ],
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
