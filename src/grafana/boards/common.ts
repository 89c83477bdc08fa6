import { VizOrientation, type Panel } from '@grafana/schema';
import { colourTexts, verdictMappings } from '../colours.js';
import { onColumn, textStat, type PanelLink } from '../panels.js';

/** The uids of the boards, for links between them. */
export const boardUids = {
  overview: 'cei-overview',
  targets: 'cei-targets',
  air: 'cei-air',
  water: 'cei-water',
  agriculture: 'cei-agriculture',
  quality: 'cei-quality',
  hundredDays: 'cei-hundred-days',
} as const;

/** The six targets that leaders ask for first, those of 2025, by their numbers in the plans. */
export const headlineTargets = [
  { id: 19, title: 'PM2.5', board: boardUids.air, standard: 'HJ 663、GB 3095；含沙尘口径' },
  { id: 20, title: 'PM10', board: boardUids.air, standard: 'HJ 663、GB 3095；含沙尘口径' },
  { id: 21, title: '优良天数', board: boardUids.air, standard: 'HJ 633、HJ 663；含沙尘口径' },
  { id: 22, title: '清水河', board: boardUids.water, standard: 'GB 3838、环办〔2011〕22 号' },
  { id: 23, title: '甜水河', board: boardUids.water, standard: 'GB 3838、环办〔2011〕22 号' },
  { id: 34, title: '秸秆', board: boardUids.agriculture, standard: '分乡镇报送的数字' },
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
        '数据性质（示例数据或正式数据）、判定截至的北京日、最近一次记录判定的时刻，以及统计值尚待重算的点位日数。',
    },
    `select data_zh as "数据性质", to_char(as_of, 'YYYY-MM-DD') as "判定截至",
            to_char(judged_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "判定时刻",
            pending_days::text as "待重算" from board.service`,
    {
      orientation: VizOrientation.Vertical,
      overrides: [onColumn('数据性质', { mappings: colourTexts({ 示例数据: 'orange', 正式数据: 'green' }) })],
    },
  );
}

/** One target: value, limit, distance, verdict, and since when it stands. */
export function targetTile(
  { id, title, standard }: { readonly id: number; readonly title: string; readonly standard: string },
  link?: PanelLink,
): Panel {
  return textStat(
    {
      title,
      description:
        `第 ${id} 号指标：按目标精度修约的值、目标、余量（正为守住，负为超出）和结论，取最近一次记录的判定，` +
        `不在看板上另算；颜色只看结论。依据：${standard}。`,
    },
    `select value_zh as "现值", limit_zh as "目标", distance_zh as "余量", verdict_zh as "结论",
            to_char(since, 'YYYY-MM-DD') as "自" from board.targets where target_id = ${id}`,
    {
      overrides: [onColumn('结论', { mappings: verdictMappings })],
      ...(link === undefined ? {} : { links: [link] }),
    },
  );
}
