import { VizOrientation, type Panel } from '@grafana/schema';
import { alertStateMappings, colourTexts, missingAs, outcomeMappings, severityMappings } from '../colours.js';
import { chosen, manyOf, place, toDashboard } from '../dashboard.js';
import { colouredColumn, lines, numberColumn, onColumn, table, textStat, wide } from '../panels.js';
import { boardUids, standing } from './common.js';

const ofOffices = `exists (select from unnest(office_codes) as o (code) where o.code in ${chosen('office')})`;
const bySeverity = `case severity when 'critical' then 1 when 'warning' then 2 else 3 end`;
const stamp = (column: string) => `to_char(${column} at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')`;
const optional = (name: string, width?: number) =>
  onColumn(name, { ...missingAs('—'), ...(width === undefined ? {} : { 'custom.width': width }) });

/** 告警: what fires and who has taken it on, by office; what was; what could not be delivered. */
export function alertsBoard() {
  return toDashboard({
    uid: boardUids.alerts,
    title: '告警',
    description: '正在报警、待确认、已有人确认的告警，各单位确认用时，历史，未能送达的消息',
    time: { from: 'now-30d', to: 'now' },
    variables: [
      manyOf(
        'office',
        '责任单位',
        'select name_zh as __text, office_code as __value from board.offices order by name_zh',
        'select f.office_code from board.offices f',
      ),
    ],
    panels: [
      place(standing(), 12, 4),
      place(counts(), 12, 4),
      place(firing(), 24, 9),
      place(pending(), 12, 7),
      place(byOffice(), 12, 7, 'clock'),
      place(episodes(), 24, 9, 'clock'),
      place(timeToAcknowledge(), 12, 8, 'clock'),
      place(changes(), 12, 8, 'clock'),
      place(channels(), 8, 8),
      place(failures(), 16, 8, 'clock'),
    ],
  });
}

function counts(): Panel {
  const count = (condition: string, name: string) =>
    `case when count(*) > 0 then count(*) filter (where ${condition}) end as "${name}"`;
  return textStat(
    {
      title: '现在',
      description:
        '所选单位现在的告警数：报警中（没有数据、无法判断而尚未恢复的也算），其中无人确认的、严重的；已超限而未到持续时间的。' +
        '从来没有评价过任何告警时为灰色。',
    },
    `select ${[
      count('firing', '报警中'),
      count('firing and acknowledged_at is null', '无人确认'),
      count(`severity = 'critical'`, '严重'),
      count(`status = 'pending'`, '待确认'),
    ].join(', ')} from board.alerts where ${ofOffices}`,
    { unit: 'none', decimals: 0, orientation: VizOrientation.Vertical },
  );
}

function firing(): Panel {
  return table(
    {
      title: '正在报警',
      description:
        '所选单位正在报警的告警，最重、最久的在前。数值和界限是最近一次评价的；触发是数据的时间。' +
        '确认：按现在的级别已有人确认，级别加重后要再确认。',
    },
    `select severity_zh as "级别", rule_zh as "告警", site_zh as "点位", value_zh as "数值", limit_zh as "界限",
            status_zh as "状态", offices_zh as "责任单位", ${stamp('firing_since')} as "触发",
            case when acknowledged_at is null then '无人确认' else '已确认' end as "确认",
            ${stamp('acknowledged_at')} as "确认时刻", acknowledged_office_zh as "确认单位"
       from board.alerts where firing and ${ofOffices} order by ${bySeverity}, firing_since limit 200`,
    [
      colouredColumn('级别', severityMappings, 70),
      colouredColumn('状态', alertStateMappings, 100),
      colouredColumn('确认', colourTexts({ 无人确认: 'orange', 已确认: 'green' }), 90),
      wide('触发', 140),
      ...['点位', '数值', '界限', '确认时刻', '确认单位'].map((name) => optional(name)),
    ],
  );
}

function pending(): Panel {
  return table(
    {
      title: '待确认（已超限，未到持续时间）',
      description: '所选单位已经超限、还没有持续到规则所定时间的告警；超限起是数据的时间。',
    },
    `select rule_zh as "告警", site_zh as "点位", value_zh as "数值", limit_zh as "界限",
            ${stamp('pending_since')} as "超限起", offices_zh as "责任单位"
       from board.alerts where status = 'pending' and ${ofOffices} order by pending_since limit 200`,
    [optional('超限起', 140), ...['点位', '数值', '界限'].map((name) => optional(name))],
  );
}

function byOffice(): Panel {
  return table(
    {
      title: '各单位',
      description:
        '所选单位现在报警和无人确认的告警数，以及时段内发现的报警次数、其中已确认的次数、确认用时的中位数和最大值（分钟；从发现或通知到第一次确认）。' +
        '数据更正后撤回的不计；一项告警有几个责任单位的，各计一次。',
    },
    `select f.name_zh as "单位", n.firing as "报警中", n.unseen as "无人确认", e.episodes as "报警次数",
            e.taken as "已确认", e.middle as "用时中位数", e.longest as "用时最长"
       from board.offices f
       cross join lateral (
         select count(*) as firing, count(*) filter (where a.acknowledged_at is null) as unseen
           from board.alerts a where a.firing and f.office_code = any (a.office_codes)) n
       cross join lateral (
         select count(*) as episodes, count(*) filter (where acknowledged_at is not null) as taken,
                percentile_cont(0.5) within group (order by minutes_to_acknowledge)::bigint as middle,
                max(minutes_to_acknowledge)::bigint as longest
           from board.alert_episodes
          where not withdrawn and f.office_code = any (office_codes) and $__timeFilter(time)) e
      where f.office_code in ${chosen('office')} order by n.unseen desc, n.firing desc, e.episodes desc, f.name_zh limit 100`,
    [
      ...['报警中', '无人确认', '报警次数', '已确认'].map((name) => numberColumn(name, 'none', 0, 80)),
      ...['用时中位数', '用时最长'].map((name) =>
        onColumn(name, {
          unit: 'suffix:分钟',
          decimals: 0,
          ...missingAs('—'),
          'custom.width': 100,
        }),
      ),
    ],
  );
}

function episodes(): Panel {
  return table(
    {
      title: '报警记录',
      description:
        '时段内发现的每次报警：到过的最高级别、超限起止（数据的时间）、发现和第一次确认的时刻及用时（分钟），最近的在前。',
    },
    `select ${stamp('time')} as "发现", severity_zh as "级别", rule_zh as "告警", site_zh as "点位", offices_zh as "责任单位",
            ${stamp('starts_at')} as "超限起", ${stamp('ends_at')} as "止", state_zh as "状态",
            ${stamp('acknowledged_at')} as "确认时刻", minutes_to_acknowledge::bigint as "用时"
       from board.alert_episodes where $__timeFilter(time) and ${ofOffices} order by time desc limit 500`,
    [
      colouredColumn('级别', severityMappings, 70),
      colouredColumn('状态', alertStateMappings, 130),
      onColumn('用时', { unit: 'suffix:分钟', decimals: 0, ...missingAs('—'), 'custom.width': 90 }),
      wide('发现', 140),
      wide('超限起', 140),
      ...['点位', '止', '确认时刻'].map((name) => optional(name)),
    ],
  );
}

function timeToAcknowledge(): Panel {
  return lines(
    {
      title: '确认用时',
      description:
        '时段内发现的每次报警从发现（或通知，取早者）到第一次有人确认的分钟数，按级别；没有确认的没有点。',
    },
    `select time, severity_zh as metric, minutes_to_acknowledge as value from board.alert_episodes
      where minutes_to_acknowledge is not null and $__timeFilter(time) and ${ofOffices} order by time, metric limit 5000`,
    { unit: 'suffix:分钟', decimals: 0, points: true },
  );
}

function changes(): Panel {
  return table(
    {
      title: '变化',
      description: '时段内告警的每次变化及当时的数值，最近的在前；因数据更正而撤回的也在内。',
    },
    `select ${stamp('time')} as "发现", rule_zh as "告警", site_zh as "点位", reason_zh as "变化", severity_zh as "级别",
            value_zh as "数值", period_zh as "数据时段", state_zh as "状态"
       from board.alert_changes where $__timeFilter(time) and ${ofOffices} order by time desc, change_id desc limit 500`,
    [
      colouredColumn('级别', severityMappings, 70),
      colouredColumn('状态', alertStateMappings, 130),
      ...['点位', '数值', '数据时段'].map((name) => optional(name)),
    ],
  );
}

function channels(): Panel {
  return table(
    {
      title: '渠道',
      description:
        '通知渠道现在的状况：待发（含静默时段暂存）和未能送达、须有人处理的消息数。与所选单位无关。',
    },
    `select channel as "渠道", type_zh as "类型", state_zh as "状态", waiting as "待发", dead as "未能送达"
       from board.channels order by dead desc, waiting desc, channel limit 100`,
    [
      colouredColumn('状态', colourTexts({ 正常: 'green', 暂停发送: 'orange', 停用: 'gray' }), 90),
      numberColumn('待发', 'none', 0, 70),
      numberColumn('未能送达', 'none', 0, 90),
    ],
  );
}

function failures(): Panel {
  return table(
    {
      title: '发送失败',
      description:
        '时段内没有送达的发送：渠道、结果和代码，以及该消息现在的状态，最近的在前；不显示地址、正文和对方的答复。与所选单位无关。',
    },
    `select ${stamp('f.time')} as "时刻", f.channel as "渠道", f.outcome_zh as "结果", f.code as "代码",
            m.severity_zh as "级别", m.state_zh as "现在", m.attempts as "已试次数"
       from (select * from board.delivery_attempts
              where outcome in ('retry', 'refused', 'interrupted') and $__timeFilter(time)) f
       join board.messages m on m.message_id = f.message_id order by f.time desc limit 500`,
    [
      colouredColumn('结果', outcomeMappings, 130),
      colouredColumn('级别', severityMappings, 70),
      colouredColumn('现在', outcomeMappings, 130),
      numberColumn('已试次数', 'none', 0, 90),
      wide('时刻', 140),
      optional('代码'),
    ],
  );
}
