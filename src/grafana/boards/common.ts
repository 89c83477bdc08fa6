import { VizOrientation, type Panel } from '@grafana/schema';
import { colourTexts, missingAs, notComputed, verdictMappings } from '../colours.js';
import { onColumn, textStat, type PanelLink } from '../panels.js';

/** The uids of the boards, for links between them. */
export const boardUids = {
  overview: 'cei-overview',
  targets: 'cei-targets',
  air: 'cei-air',
  water: 'cei-water',
  agriculture: 'cei-agriculture',
  alerts: 'cei-alerts',
  quality: 'cei-quality',
  hundredDays: 'cei-hundred-days',
} as const;

/** The six targets that leaders ask for first, those of 2025, by their numbers in the plans. */
export const headlineTargets = [
  { id: 19, decimals: 0, title: 'PM2.5', board: boardUids.air, standard: 'HJ 663、GB 3095；含沙尘口径' },
  { id: 20, decimals: 1, title: 'PM10', board: boardUids.air, standard: 'HJ 663、GB 3095；含沙尘口径' },
  { id: 21, decimals: 1, title: '优良天数', board: boardUids.air, standard: 'HJ 633、HJ 663；含沙尘口径' },
  { id: 22, decimals: 0, title: '清水河', board: boardUids.water, standard: 'GB 3838、环办〔2011〕22 号' },
  { id: 23, decimals: 0, title: '甜水河', board: boardUids.water, standard: 'GB 3838、环办〔2011〕22 号' },
  { id: 34, decimals: 0, title: '秸秆', board: boardUids.agriculture, standard: '分乡镇报送的数字' },
] as const;

/** A link to another board. */
export function linkTo(uid: string, title: string): PanelLink {
  return { title, url: `/d/${uid}` };
}

/** Whether the data are demonstration, as of when they are judged and what waits: on every board. */
export function standing(): Panel {
  return textStat(
    {
      title: '数据',
      description:
        '数据性质（示例数据或正式数据）、判定截至的北京日、最近一次记录判定的时刻、统计值尚待重算的点位日数（多于一万个写 > 10000），以及时间轴：' +
        '示例数据停在过去，看板回看这么多天，与右上角所选时段相应；正式数据显示到现在。',
    },
    `select data_zh as "数据性质", to_char(as_of, 'YYYY-MM-DD') as "判定截至",
            to_char(judged_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "判定时刻",
            pending_zh as "待重算", case when back_days > 0 then '回看 ' || back_days || ' 天' end as "时间轴"
       from board.service`,
    {
      orientation: VizOrientation.Vertical,
      overrides: [
        onColumn('数据性质', { mappings: colourTexts({ 示例数据: 'orange', 正式数据: 'green' }) }),
        onColumn('时间轴', { ...missingAs('到现在') }),
      ],
    },
  );
}

/** What is not worked out yet is grey; every other text is shown as the view has it. */
export const outlookMappings = colourTexts({ [notComputed]: 'gray' });

/** What a tile has to know of its target; the decimals are those of its limit. */
export interface HeadlineTarget {
  readonly id: number;
  readonly decimals: number;
  readonly title: string;
  readonly standard: string;
}

/** One target: value, limit, distance, what is still allowed, 同比, verdict and since when it stands, and its course. */
export function targetTile({ id, decimals, title, standard }: HeadlineTarget, link?: PanelLink): Panel {
  return textStat(
    {
      title,
      description:
        `第 ${id} 号指标：按目标精度修约的值、目标、余量（正为守住，负为超出）、还可以、同比和结论，取最近一次记录的判定，` +
        `不在看板上另算；颜色只看结论。走势是时段内截至每一天的值。依据：${standard}。`,
    },
    `select t.value_zh as "现值", t.limit_zh as "目标", t.distance_zh as "余量", o.allowed_zh as "还可以",
            o.year_on_year_zh as "同比", t.verdict_zh as "结论", to_char(t.since, 'YYYY-MM-DD') as "自"
       from board.targets t join board.target_outlooks o on o.target_id = t.target_id where t.target_id = ${id}`,
    {
      trend: `select time, value_number as "走势" from board.verdict_days
               where target_id = ${id} and $__timeFilter(time) order by time limit 5000`,
      overrides: [
        onColumn('结论', { mappings: verdictMappings }),
        onColumn('还可以', { mappings: outlookMappings }),
        onColumn('同比', { mappings: outlookMappings }),
        onColumn('走势', { unit: 'none', decimals }),
      ],
      ...(link === undefined ? {} : { links: [link] }),
    },
  );
}
