import { type Panel } from '@grafana/schema';
import { colourTexts, missingAs } from '../colours.js';
import { chosen, manyOf, place, toDashboard, withinDays } from '../dashboard.js';
import { colouredColumn, lines, numberColumn, onColumn, table, targetLine, wide } from '../panels.js';
import { boardUids, standing } from './common.js';

const validity = 'GB 3095 表 4：日均值要 20 小时，月均值要 27 天（二月 25 天），年均值要 324 天';

/** The panel that Grafana's own alerts lead to. */
export const healthTitle = '服务健康';

/** 数据质量: completeness, freshness, uploads, flags, differences, corrections, the service's own standing. */
export function qualityBoard() {
  return toDashboard({
    uid: boardUids.quality,
    title: '数据质量',
    description: '有效小时和天数、数据新旧、上传、可疑值、与公布值的差异、已公布数据变更、任务和消息',
    time: { from: 'now-90d', to: 'now' },
    variables: [
      manyOf(
        'station',
        '空气站',
        `select site as __text, site_code as __value from board.sites where kind = 'air-station' order by site`,
        `select s.site_code from board.sites s where s.kind = 'air-station'`,
      ),
    ],
    panels: [
      place(standing(), 24, 3),
      place(hoursOfDays(), 24, 9),
      place(monthDays(), 12, 9),
      place(yearDays(), 12, 9),
      place(latest(), 12, 10),
      place(uploads(), 12, 10, 'clock'),
      place(flags(), 8, 9),
      place(differences(), 16, 9),
      place(corrections(), 24, 7),
      place(health(), 24, 8),
      place(jobs(), 12, 7),
      place(messages(), 12, 7, 'clock'),
    ],
  });
}

function hoursOfDays(): Panel {
  return lines(
    {
      title: '每日有效小时数',
      description: `所选空气站每天 PM2.5、PM10、O3 8 小时的有效小时数。${validity}；红线是标准所存的小时数。`,
    },
    `select time, metric, value from (
       select c.time, c.site || ' ' || c.item_zh as metric, c.hours as value
         from board.air_completeness c join board.sites s on s.site_id = c.site_id
        where c.item in ('pm25', 'pm10', 'o3_8h') and s.site_code in ${chosen('station')} and ${withinDays('c.day')}
       union all
       select board.day_start(d.day), '要求', v.day_hours
         from (select distinct a.day from board.air_days a) as d
         join board.air_validity v on d.day >= v.valid_from and (v.valid_to is null or d.day <= v.valid_to)) as x
      where $__timeFilter(time) order by time, metric limit 20000`,
    { unit: 'none', decimals: 0, overrides: [targetLine('要求')] },
  );
}

function monthDays(): Panel {
  return lines(
    {
      title: '每月有效天数',
      description: `县域 PM2.5、PM10 每月的有效天数（含沙尘口径），照服务所存，落在当月首日；本月只到已过完的日子。${validity}；红线是标准所存的天数。`,
    },
    `select time, max(valid_days) filter (where item = 'pm25') as "PM2.5", max(valid_days) filter (where item = 'pm10') as "PM10",
            max(required_days) as "要求"
       from board.air_months where group_code = 'air-county-evaluation' and ledger = 'with-dust' and $__timeFilter(time)
      group by time order by time limit 1000`,
    { unit: 'suffix:天', decimals: 0, points: true, overrides: [targetLine('要求')] },
  );
}

function yearDays(): Panel {
  return table(
    {
      title: '年均值的有效天数',
      description: `大气指标最近一次判定所采用和缺少的天数，照判定记录；要求是当时标准所存的年均值天数，不是年均值的指标没有。${validity}。`,
    },
    `select t.target as "指标", to_char(t.as_of, 'YYYY-MM-DD') as "截至", t.used as "采用", t.missing as "缺",
            case when t.kind = 'annual-mean' then (
              select v.year_days::bigint from board.air_validity v
               where t.as_of >= v.valid_from and (v.valid_to is null or t.as_of <= v.valid_to)
               order by v.valid_from desc limit 1) end as "全年要求"
       from board.targets t where t.kind in ('annual-mean', 'day-share', 'day-count') order by t.target_id limit 50`,
    [
      numberColumn('采用', 'none', 0, 70),
      numberColumn('缺', 'none', 0, 60),
      onColumn('全年要求', { unit: 'none', decimals: 0, ...missingAs('—'), 'custom.width': 90 }),
      wide('截至', 100),
    ],
  );
}

function latest(): Panel {
  return table(
    {
      title: '各点位最新数据',
      description: '每个点位每类数据最新一条的北京时间（时段起点），最旧的在前：迟到或中断的来源排在上面。',
    },
    `select family_zh as "数据", site as "点位",
            to_char(latest_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "最新"
       from board.latest_times order by latest_at, site limit 500`,
    [wide('最新', 140)],
  );
}

function uploads(): Panel {
  return table(
    {
      title: '上传',
      description: '时段内上传的文件：处理结果、读到和退回的行数、问题数和可疑值数，最近的在前。',
    },
    `select to_char(time at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "时刻", office_zh as "单位",
            file_name as "文件", status_zh as "结果", rows_read as "行", rows_rejected as "退回", faults as "问题",
            suspects as "可疑" from board.uploads where $__timeFilter(time) order by time desc limit 200`,
    [
      colouredColumn('结果', colourTexts({ 已入库: 'green', 未入库: 'red', 已撤销: 'orange' }), 80),
      ...['行', '退回', '问题', '可疑'].map((name) => numberColumn(name, 'none', 0, 70)),
    ],
  );
}

function flags(): Panel {
  return table(
    {
      title: '带标记的值',
      description: '时段内带各种标记的值的个数，可疑的按规则分列；一个值可有几个标记，每个各计一次。',
    },
    `select flag_zh as "标记", rules_zh as "规则", count(*) as "个数" from board.flagged_values
      where $__timeFilter(time) group by flag_zh, rules_zh order by count(*) desc limit 100`,
    [
      colouredColumn(
        '标记',
        colourTexts({
          可疑: 'orange',
          无效: 'red',
          复核有效: 'green',
          维护: 'blue',
          断流: 'light-purple',
          低于检出限: 'text',
        }),
      ),
      onColumn('规则', { ...missingAs('—') }),
      numberColumn('个数', 'none', 0, 80),
    ],
  );
}

function differences(): Panel {
  return table(
    {
      title: '与公布值的差异',
      description: '时段内外部公布的 AQI、级别、类别与服务按标准计算的不一致之处，以及已知的原因。',
    },
    `select to_char(time at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "时间", site as "点位",
            indicator_zh as "项目", published as "公布", computed as "计算", rule as "标准", cause as "原因"
       from board.published_differences where $__timeFilter(time) order by time desc, site limit 200`,
    [onColumn('原因', { ...missingAs('—') })],
  );
}

function corrections(): Panel {
  return table(
    {
      title: '已公布数据变更',
      description: '公布之后因数据更正而改变的数：公布的数、变更前后计算的数、是否已处理；不随时段变化。',
    },
    `select to_char(time at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "发现", kind_zh as "种类",
            subject_zh as "数", period as "时段", published_value as "公布", old_value as "变更前",
            new_value as "变更后", document as "文件", state_zh as "状态" from board.corrections
      order by time desc limit 200`,
    [colouredColumn('状态', colourTexts({ 待处理: 'orange', 已处理: 'green' }), 80)],
  );
}

function health(): Panel {
  return table(
    {
      title: healthTitle,
      description:
        '服务自身的健康状况，一项一行：这些由 Grafana 自己的告警规则看着（见 dashboards/provisioning/alerting），环境数据的告警由服务负责。',
    },
    'select item_zh as "项目", value::bigint as "数值", unit_zh as "单位", about_zh as "说明" from board.health limit 20',
    [numberColumn('数值', 'none', 0, 100), wide('单位', 70), wide('项目', 180)],
  );
}

function jobs(): Panel {
  return table(
    {
      title: '定时任务',
      description: '每个定时任务上次的结果、上次成功的时刻和此后失败的次数；灰色是还没有运行过。',
    },
    `select job_zh as "任务", outcome_zh as "上次结果",
            to_char(last_success_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "上次成功",
            failures as "失败", to_char(next_due_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "下次"
       from board.jobs order by job limit 50`,
    [
      colouredColumn('上次结果', colourTexts({ 成功: 'green', 失败: 'red', 中断: 'orange' })),
      numberColumn('失败', 'none', 0, 70),
    ],
  );
}

function messages(): Panel {
  return table(
    {
      title: '消息',
      description: '时段内产生的消息按渠道和状态的条数；不显示正文。未能送达的须有人处理。',
    },
    `select channel as "渠道", state_zh as "状态", count(*) as "条数",
            to_char(max(time) at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as "最近"
       from board.messages where $__timeFilter(time) group by channel, state_zh order by 1, 2 limit 100`,
    [
      colouredColumn(
        '状态',
        colourTexts({
          待发: 'blue',
          发送中: 'blue',
          已送达: 'green',
          静默时段暂存: 'gray',
          未能送达: 'red',
        }),
      ),
      numberColumn('条数', 'none', 0, 80),
    ],
  );
}
