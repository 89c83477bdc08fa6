import type { Dashboard } from '@grafana/schema';
import { boardUids } from './boards/common.js';
import { healthTitle } from './boards/quality.js';
import { dataSource, folder } from './dataSource.js';

/** One rule over a row of board.health: fires above `above` for so long. */
interface HealthRule {
  readonly item: string;
  readonly title: string;
  readonly above: number;
  readonly lasts: string;
  /** What is wrong, with the figure in `{{ .Values.B }}`. */
  readonly summary: string;
  /** The one rule whose row is always there: it speaks up when the database cannot be asked. */
  readonly watchesDatabase?: boolean;
}

/** What Grafana itself raises alarms for: that the service works. What the data say is the service's own business. */
export const healthRules: readonly HealthRule[] = [
  {
    item: 'job-failures',
    title: '定时任务连续失败',
    above: 2,
    lasts: '5m',
    summary: '有定时任务已连续失败 {{ .Values.B }} 次，或看板读不到数据库',
    watchesDatabase: true,
  },
  {
    item: 'job-overdue',
    title: '定时任务逾期',
    above: 30,
    lasts: '5m',
    summary: '有定时任务应运行而未运行，已逾期 {{ .Values.B }} 分钟：服务可能没有在运行',
  },
  {
    item: 'recompute-waiting',
    title: '统计值久未重算',
    above: 60,
    lasts: '10m',
    summary: '有点位日等待重算已 {{ .Values.B }} 分钟',
  },
  {
    item: 'verdicts-waiting',
    title: '判定久未更新',
    above: 1,
    lasts: '1h',
    summary: '判定截至日落后 {{ .Values.B }} 天',
  },
  {
    item: 'messages-waiting',
    title: '消息久未发出',
    above: 15,
    lasts: '5m',
    summary: '有消息到时而未发出，已等 {{ .Values.B }} 分钟',
  },
  {
    item: 'messages-dead',
    title: '消息未能送达',
    above: 0,
    lasts: '5m',
    summary: '{{ .Values.B }} 条消息未能送达，须有人处理',
  },
  {
    item: 'data-age',
    title: '没有任何新数据',
    above: 6,
    lasts: '10m',
    summary: '全部来源最新一条数据已是 {{ .Values.B }} 小时以前',
  },
];

/** The file that provisions the rules; written as YAML by hand, for Grafana reads no other form beside the boards. */
export function printHealthRules(quality: Dashboard): string {
  const panelId = quality.panels!.find(({ title }) => title === healthTitle)!.id!;
  return `# Grafana's own alerts: only for the health of the service, over view board.health. Written by \`npm run dashboards\`.
# They go to Grafana's default contact point, which is to be set there; no secret stands in this file.
apiVersion: 1
groups:
  - orgId: 1
    name: cei-health
    folder: ${folder.title}
    interval: 1m
    rules:
${healthRules.map((rule) => printRule(rule, panelId)).join('')}`;
}

function printRule(rule: HealthRule, panelId: number): string {
  const { item, title, above, lasts, summary, watchesDatabase = false } = rule;
  const sql = `select now() as time, value from board.health where item = '${item}' and value is not null`;
  return `      - uid: cei-${item}
        title: ${title}
        condition: C
        for: ${lasts}
        noDataState: ${watchesDatabase ? 'Alerting' : 'OK'}
        execErrState: ${watchesDatabase ? 'Alerting' : 'KeepLast'}
        dashboardUid: ${boardUids.quality}
        panelId: ${panelId}
        labels:
          service: county-environmental-indicators
        annotations:
          summary: '${summary}'
        data:
          - refId: A
            datasourceUid: ${dataSource.uid!}
            relativeTimeRange:
              from: 600
              to: 0
            model:
              refId: A
              format: time_series
              rawQuery: true
              editorMode: code
              intervalMs: 60000
              maxDataPoints: 100
              rawSql: "${sql}"
          - refId: B
            datasourceUid: __expr__
            model:
              refId: B
              type: reduce
              expression: A
              reducer: last
          - refId: C
            datasourceUid: __expr__
            model:
              refId: C
              type: threshold
              expression: B
              conditions:
                - evaluator:
                    type: gt
                    params: [${above}]
`;
}
