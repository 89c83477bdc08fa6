import type { NotificationKind, NotifiedAlert, Severity } from '../domain/notification.js';

/** Stands in every message: the word to enter where a robot accepts only messages that hold a keyword. */
export const signatureZh = '生态环境指标监测';

export const kindNamesZh: Readonly<Record<NotificationKind, string>> = {
  firing: '报警',
  'severity-changed': '级别变更',
  resolved: '恢复',
  repeat: '仍在报警',
  escalation: '升级催办',
  'no-data': '断数',
  'evaluation-error': '无法判定',
  late: '补报',
  correction: '更正',
  withdrawal: '撤回',
  reminder: '催报',
  summary: '汇总',
  operator: '运维',
  test: '测试',
};

export const severityNamesZh: Readonly<Record<Severity, string>> = {
  notice: '提示',
  warning: '警告',
  critical: '严重',
};

export const stateNamesZh: Readonly<Record<NotifiedAlert['state'], string>> = {
  firing: '报警中',
  resolved: '已恢复',
  'no-data': '断数',
  error: '无法判定',
};

/** What a kind means for who reads it, where its name alone may mislead. */
export const kindExplanationsZh: Readonly<Partial<Record<NotificationKind, string>>> = {
  'no-data': '数据中断，不能判断是否仍超限。',
  'evaluation-error': '计算出错，不能判断是否超限。',
  repeat: '尚未恢复，再次提醒。',
  escalation: '此前消息无人确认，升级通知。',
  late: '数据迟到，说的是过去的时段，不是当前状况。',
  correction: '数据已修订，以本条为准。',
  withdrawal: '数据已修订，原消息不再成立。',
  test: '测试消息，不涉及任何污染事件，无需处理。',
};

/** Kinds that ask nobody to act: nobody is called by @ unless the notification itself names them. */
export const quietKinds: ReadonlySet<NotificationKind> = new Set(['resolved', 'summary']);
