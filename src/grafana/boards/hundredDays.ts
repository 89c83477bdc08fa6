import { FieldColorModeId, type Panel } from '@grafana/schema';
import { verdictGroups, verdictMappings } from '../colours.js';
import { place, toDashboard } from '../dashboard.js';
import { colouredColumn, lines, numberColumn, onColumn, table, wide } from '../panels.js';
import { boardUids, standing } from './common.js';

const plan = 'tdbz-2023-55';
const firstDay = '2023-10-19';
const lastDay = '2023-12-31';

/** 百日攻坚回顾: the campaign's targets at its first and its last day. */
export function hundredDaysBoard() {
  return toDashboard({
    uid: boardUids.hundredDays,
    title: '百日攻坚回顾',
    description: '同党办综〔2023〕55 号七项行动的指标，2023-10-19 与 2023-12-31 对照',
    // Beijing days: the last one ends at 16:00 UTC.
    time: { from: '2023-10-18T16:00:00.000Z', to: '2023-12-31T15:59:59.999Z' },
    panels: [place(standing(), 24, 3), place(comparison(), 24, 16), place(groupsOverTime(), 24, 9)],
  });
}

function comparison(): Panel {
  const at = (day: string) =>
    `(select d.target_id, d.value_zh, d.verdict_zh from board.verdict_days d where d.as_of = '${day}')`;
  return table(
    {
      title: '开始与结束',
      description:
        `百日攻坚方案的指标在 ${firstDay} 和 ${lastDay} 的值与结论，照判定历史（按现在的数据）。` +
        '目标和口径取现行版本；条款的第一个字是七项行动的序号。',
    },
    `select t.target_id as "编号", t.clause as "条款", t.target as "指标", t.limit_zh as "目标",
            b.value_zh as "开始值", b.verdict_zh as "开始结论", e.value_zh as "结束值", e.verdict_zh as "结束结论",
            t.offices_zh as "责任单位"
       from board.targets t left join ${at(firstDay)} b on b.target_id = t.target_id
       left join ${at(lastDay)} e on e.target_id = t.target_id
      where t.plan_id = '${plan}' order by t.target_id limit 100`,
    [
      numberColumn('编号', 'none', 0, 60),
      colouredColumn('开始结论', verdictMappings, 110),
      colouredColumn('结束结论', verdictMappings, 110),
      wide('指标', 240),
    ],
  );
}

function groupsOverTime(): Panel {
  const counts = Object.keys(verdictGroups)
    .map((group) => `count(*) filter (where verdict_group_zh = '${group}') as "${group}"`)
    .join(', ');
  return lines(
    {
      title: '各类结论的指标数',
      description: '百日攻坚方案的指标截至每一天各类结论的个数，照判定历史（按现在的数据）。',
    },
    `select time, ${counts} from board.verdict_days where plan_id = '${plan}' and $__timeFilter(time)
      group by time order by time limit 1000`,
    {
      unit: 'none',
      decimals: 0,
      overrides: Object.entries(verdictGroups).map(([group, fixedColor]) =>
        onColumn(group, { color: { mode: FieldColorModeId.Fixed, fixedColor } }),
      ),
    },
  );
}
