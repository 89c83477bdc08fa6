import { type Panel } from '@grafana/schema';
import { missingAs, verdictMappings } from '../colours.js';
import { chosen, manyOf, oneOf, place, toDashboard } from '../dashboard.js';
import { colouredColumn, lines, numberColumn, onColumn, table, targetLine, wide } from '../panels.js';
import { boardUids, outlookMappings, standing } from './common.js';

const filtered = `plan_id in ${chosen('plan')} and area_zh in ${chosen('area')}
  and coalesce(verdict_group_zh, '无结论') in ${chosen('verdict')}
  and exists (select from unnest(office_codes) as o (code) where o.code in ${chosen('office')})`;

/** 目标台账: every target with its verdict, filtered by plan, area, office and verdict. */
export function targetsBoard() {
  return toDashboard({
    uid: boardUids.targets,
    title: '目标台账',
    description: '两份方案的全部指标：结论、数值、余量、依据和结论变化',
    time: { from: 'now-1y', to: 'now' },
    variables: [
      manyOf(
        'plan',
        '方案',
        'select document as __text, plan_id as __value from board.plans order by issued desc',
        'select p.plan_id from board.plans p',
      ),
      manyOf(
        'area',
        '领域',
        'select distinct area_zh as __text, area_zh as __value from board.targets order by 1',
        'select a.area_zh from board.targets a',
      ),
      manyOf(
        'office',
        '责任单位',
        'select name_zh as __text, office_code as __value from board.offices order by name_zh',
        'select f.office_code from board.offices f',
      ),
      manyOf(
        'verdict',
        '结论',
        `select group_zh as __text, group_zh as __value from board.verdict_names group by 1, 2 order by min(position)`,
        'select n.group_zh from board.verdict_names n',
      ),
      oneOf(
        'target',
        '看变化',
        `select target_id || ' ' || target as __text, target_id::text as __value from board.targets order by target_id`,
      ),
    ],
    panels: [
      place(standing(), 24, 3),
      place(ledger(), 24, 16),
      place(valueOverTime(), 12, 9),
      place(verdictTurns(), 12, 9),
      place(evidence(), 24, 6),
    ],
  });
}

function ledger(): Panel {
  return table(
    {
      title: '台账',
      description:
        '每个指标一行，数值、余量和结论取最近一次记录的判定。现值按目标精度修约；余量正为守住，负为超出；口径只对大气指标有意义。' +
        '领域是工作假定，与导出的台账一致。还可以、同比、预计（估算，不是判定）与判定同一天，照服务所算；— 为期满或没有。',
    },
    `select target_id as "编号", plan_document as "方案", clause as "条款", area_zh as "领域", target as "指标",
            scope_zh as "范围", limit_zh as "目标", value_zh as "现值", distance_zh as "余量", verdict_zh as "结论",
            to_char(since, 'YYYY-MM-DD') as "自", allowed_zh as "还可以", year_on_year_zh as "同比",
            projection_zh as "预计", certain_since_zh as "成定局自", ledger_zh as "口径", used as "采用", missing as "缺",
            to_char(due, 'YYYY-MM-DD') as "期限", offices_zh as "责任单位"
       from board.targets join (
         select target_id, allowed_zh, year_on_year_zh, projection_zh, certain_since_zh from board.target_outlooks) as o
         using (target_id)
      where ${filtered} order by target_id limit 500`,
    [
      numberColumn('编号', 'none', 0, 60),
      colouredColumn('结论', verdictMappings, 110),
      numberColumn('采用', 'none', 0, 70),
      numberColumn('缺', 'none', 0, 60),
      wide('指标', 220),
      ...['还可以', '同比', '预计', '成定局自'].map((name) => colouredColumn(name, outlookMappings)),
      onColumn('口径', { ...missingAs('—'), 'custom.width': 90 }),
    ],
  );
}

function valueOverTime(): Panel {
  return lines(
    {
      title: '数值与目标',
      description: '所选指标截至每一天的值（按目标精度修约）与当时的目标，照判定历史；单位见台账。',
    },
    `select time, value_number as "现值", limit_number as "目标值" from board.verdict_days
      where target_id::text in ${chosen('target')} and $__timeFilter(time) order by time limit 5000`,
    { unit: 'none', decimals: 2, overrides: [targetLine('目标值')] },
  );
}

function verdictTurns(): Panel {
  return table(
    {
      title: '结论变化',
      description:
        '所选指标在时段内结论与前一天不同的日子，最近的在前；照现在的判定历史，被更正的旧说法不在内。',
    },
    `select to_char(as_of, 'YYYY-MM-DD') as "截至", verdict_zh as "结论", value_zh as "现值", reason_zh as "理由"
       from (select as_of, time, verdict, verdict_zh, value_zh, reason_zh, lag(verdict) over (order by as_of) as before
               from board.verdict_days where target_id::text in ${chosen('target')} and $__timeFilter(time)) as d
      where before is distinct from verdict order by as_of desc limit 200`,
    [colouredColumn('结论', verdictMappings, 110), wide('截至', 110), wide('现值', 110)],
  );
}

function evidence(): Panel {
  return table(
    {
      title: '依据',
      description: '所选指标的方案原文、结论的理由，以及判定所依据的工作假定。',
    },
    `select target as "指标", quote as "方案原文", reason_zh as "理由", assumptions_zh as "工作假定",
            to_char(recorded_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "记录时刻"
       from board.targets where target_id::text in ${chosen('target')} limit 5`,
    [
      onColumn('方案原文', { 'custom.wrapText': true }),
      onColumn('理由', { 'custom.wrapText': true }),
      onColumn('工作假定', { 'custom.wrapText': true, ...missingAs('—') }),
    ],
  );
}
