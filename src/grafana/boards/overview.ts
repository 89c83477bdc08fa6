import { FieldColorModeId, VizOrientation, type Panel } from '@grafana/schema';
import { missingAs, noDataMappings, severityMappings, verdictGroups, verdictMappings } from '../colours.js';
import { place, toDashboard } from '../dashboard.js';
import { colouredColumn, numberColumn, onColumn, table, textStat, wide } from '../panels.js';
import { boardUids, headlineTargets, linkTo, standing, targetTile } from './common.js';

/** 领导总览: one screen. */
export function overviewBoard() {
  return toDashboard({
    uid: boardUids.overview,
    title: '领导总览',
    description: '一屏看全：各类结论的指标数、六项重点指标、需要关注的指标、告警和数据新旧',
    time: { from: 'now-1y', to: 'now' },
    panels: [
      place(countsByVerdict(), 12, 4),
      place(standing(), 12, 4),
      ...headlineTargets.map((target) =>
        place(targetTile(target, linkTo(target.board, `看${target.title}`)), 4, 11),
      ),
      place(needsAttention(), 10, 9),
      place(firingAlerts(), 8, 9),
      place(freshness(), 6, 9),
    ],
  });
}

function countsByVerdict(): Panel {
  const counts = Object.keys(verdictGroups)
    .map((group) => {
      const own = group === '无结论' ? `or verdict is null` : '';
      return `case when count(*) > 0 then count(*) filter (where verdict_group_zh = '${group}' ${own}) end as "${group}"`;
    })
    .join(', ');
  return textStat(
    {
      title: '指标数',
      description:
        '两份方案全部指标按最近一次判定归类的个数：达标（已达标、锁定达标）、进度正常、存在风险、' +
        '未达标（未达标、已无法达标）、无结论（数据不足、未报送、尚未判定）。',
    },
    `select ${counts} from board.targets`,
    {
      unit: 'none',
      decimals: 0,
      orientation: VizOrientation.Vertical,
      links: [linkTo(boardUids.targets, '看目标台账')],
      overrides: Object.entries(verdictGroups).map(([group, color]) =>
        onColumn(group, {
          color: { mode: FieldColorModeId.Fixed, fixedColor: color },
          mappings: noDataMappings,
        }),
      ),
    },
  );
}

function needsAttention(): Panel {
  return table(
    {
      title: '需要关注的指标',
      description:
        '最近一次判定为存在风险、未达标或已无法达标的指标，最差的在前。余量：正为守住，负为超出。结论照所存的判定。',
    },
    `select target as "指标", value_zh as "现值", limit_zh as "目标", distance_zh as "余量", verdict_zh as "结论",
            to_char(since, 'YYYY-MM-DD') as "自", offices_zh as "责任单位"
       from board.targets where verdict_group_zh in ('存在风险', '未达标')
      order by verdict_position desc, target_id limit 60`,
    [colouredColumn('结论', verdictMappings, 110), wide('现值', 110), wide('目标', 110), wide('自', 100)],
  );
}

function freshness(): Panel {
  return table(
    {
      title: '数据新旧',
      description:
        '每类数据最新一条的北京时间（时段起点）、离现在多久（示例数据按回看的时刻算）和有数据的点位数，最新的在前。',
    },
    `select family_zh as "数据", to_char(latest_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "最新",
            case when age < interval '1 hour' then '不到 1 小时'
                 when age < interval '2 days' then floor(date_part('epoch', age) / 3600) || ' 小时前'
                 else floor(date_part('epoch', age) / 86400) || ' 天前' end as "距今",
            sites as "点位数"
       from (select family_zh, max(latest_at) as latest_at, count(distinct site_id) as sites,
                    now() - make_interval(days => (select back_days from board.service)) - max(latest_at) as age
               from board.latest_times group by family_zh) as f
      order by latest_at desc limit 20`,
    [numberColumn('点位数', 'none', 0, 80), wide('距今', 100)],
  );
}

function firingAlerts(): Panel {
  return table(
    {
      title: '正在告警',
      description:
        '正在报警的告警，没有数据、无法判断而尚未恢复的也在内：级别、规则、是否有人确认、责任单位、触发时刻（数据的时间）。' +
        '点告警的名称看告警看板。',
    },
    `select severity_zh as "级别", rule_zh as "告警", site_zh as "点位",
            case when acknowledged_at is null then '无人确认' else '已确认' end as "确认", offices_zh as "责任单位",
            to_char(firing_since at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "触发"
       from board.alerts where firing
      order by case severity when 'critical' then 1 when 'warning' then 2 else 3 end, firing_since limit 50`,
    [
      colouredColumn('级别', severityMappings, 70),
      onColumn('告警', { links: [linkTo(boardUids.alerts, '看告警')] }),
      onColumn('点位', { ...missingAs('—') }),
    ],
  );
}
