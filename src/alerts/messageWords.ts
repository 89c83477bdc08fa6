import { severityZh } from '../domain/alertRuleWords.js';
import type { NotificationKind } from '../domain/notification.js';
import { cut, type AlertView } from './alertView.js';
import type { ConditionResult } from './conditionResult.js';
import type { Episode } from './episodes.js';
import { durationZh, momentZh } from './periodWords.js';
import type { EpisodeChange, Finding } from './reconcile.js';

/** How each kind of message is headed. */
export const kindZh: Readonly<Record<NotificationKind, string>> = {
  firing: '告警',
  'severity-changed': '级别变化',
  resolved: '解除',
  repeat: '持续提醒',
  escalation: '升级提醒',
  'no-data': '数据中断',
  'evaluation-error': '评价出错',
  late: '补报',
  correction: '更正',
  withdrawal: '撤回',
  reminder: '断数提醒',
  summary: '汇总',
  operator: '系统告警',
  test: '测试',
};

/** The head line of a message about some alerts. */
export function headLine(kind: NotificationKind, alerts: readonly AlertView[]): string {
  const titles = [...new Set(alerts.map(({ result }) => result.titleZh))];
  const sites = [...new Set(alerts.flatMap(({ result }) => result.siteZh ?? []))];
  const where = sites.length === 1 ? `${sites[0]} ` : '';
  const title = titles.length === 1 ? titles[0]! : `${titles[0] ?? ''}等 ${titles.length} 类`;
  const count = alerts.length === 1 ? '' : `（${alerts.length} 项）`;
  return cut(`【${kindZh[kind]}】${where}${title}${count}`);
}

const changeZh: Readonly<Record<EpisodeChange, string>> = {
  start: '开始时间',
  end: '结束时间',
  severity: '级别',
  value: '数值',
  merged: '几次合为一次',
  split: '一次分为几次',
  course: '级别变化的时间',
};

/** What a message about the past has to explain, line by line. */
export function explainFinding(finding: Finding<ConditionResult>): string[] {
  if (finding.kind === 'live') return explainFolded(finding.folded);
  const { kind, before, after, changes, ongoing, becauseZh } = finding;
  const earlier = before.map(describeEpisode).join('；');
  const now = after.map(describeEpisode).join('；');
  const lines: Record<typeof kind, string[]> = {
    late:
      before.length === 0
        ? [`迟到或更正的数据表明当时应当告警：${now}`]
        : [`迟到的数据表明原告警有后续：${now}`],
    correction: [
      `原报：${earlier}`,
      `更正为：${now}`,
      `更正内容：${changes.map((change) => changeZh[change]).join('、')}`,
    ],
    withdrawal: [`数据更正后不应告警，撤回：${earlier}`],
  };
  return [
    ...lines[kind],
    ...(becauseZh === undefined ? [] : [`原因：${becauseZh}`]),
    ...(ongoing ? ['目前仍未解除'] : kind === 'withdrawal' ? [] : ['所述为过去的时段，并非当前']),
  ].map(cut);
}

function explainFolded(folded: Extract<Finding<ConditionResult>, { kind: 'live' }>['folded']): string[] {
  const changes = folded.flatMap(({ reason, severity }) =>
    reason.startsWith('severity') && severity !== undefined ? [severityZh[severity]] : [],
  );
  return changes.length === 0 ? [] : [`期间级别依次变为：${changes.join('、')}`];
}

function describeEpisode({ startsAt, endsAt, gravest, transitions }: Episode<ConditionResult>): string {
  const { siteZh, valueZh } = transitions[0]!.verdict;
  const span =
    endsAt === null
      ? `${momentZh(startsAt)}起`
      : `${momentZh(startsAt)}至${momentZh(endsAt)}（${durationZh(endsAt - startsAt)}）`;
  return [siteZh, span, severityZh[gravest], valueZh].filter((part) => part !== undefined).join('，');
}
