import type { MessageTemplate } from './template.js';

/** Rules of alerting, who is told, and what people do with alerts. */
export const alertMessages = {
  'alert-rule-invalid': {
    zh: '告警规则不对：{problem}',
    en: 'The rule is wrong: {problemEn}',
    mendZh: '按所写的位置改正；写法见 /docs，已有规则可作样例（GET /api/v1/rules）',
    mendEn: 'Correct it at the place named; /docs and GET /api/v1/rules show how rules are written',
  },
  'alert-routing-invalid': {
    zh: '告警的发送设置不对：{problem}',
    en: 'The routing is wrong: {problemEn}',
    mendZh: '先建好渠道（/api/v1/channels，code 与这里写的一致）或改正所写的位置',
    mendEn: 'Add the channel first (its code is what is named here), or correct the place named',
  },
  'alert-version-changed': {
    zh: '您改的是第 {given} 版，现在已是第 {current} 版：别人在此期间改过',
    en: 'You changed version {given}, but version {current} is in force: somebody else has changed it',
    mendZh: '重新打开最新的一版，在其上修改',
    mendEn: 'Open the latest version and change that',
  },
  'alert-not-firing': {
    zh: '告警 {fingerprint} 现在没有报警（{state}），不需要确认',
    en: 'The alert {fingerprint} does not fire now ({stateEn}): there is nothing to acknowledge',
  },
  'silence-invalid': {
    zh: '静默或维护窗口不对：{problem}',
    en: 'The silence or maintenance window is wrong: {problem}',
  },
  'silence-over': {
    zh: '静默 {id} 已经结束',
    en: 'The silence {id} has ended already',
  },
  'working-days-invalid': {
    zh: '{year} 年的工作日表不对：{problem}',
    en: 'The working days of {year} are wrong: {problemEn}',
  },
  'backtest-too-large': {
    zh: '回测的时段太长：{days} 天，最多 {most} 天',
    en: 'The span to replay is too long: {days} days, at most {most}',
    mendZh: '分段回测',
    mendEn: 'Replay it in parts',
  },
  'alert-link-unknown': {
    zh: '这个确认链接无效：地址不完整，或不是本系统发出的',
    en: 'This link is not valid: it is incomplete, or not of this service',
    mendZh: '从消息里重新打开；或登录告警页面确认',
    mendEn: 'Open it from the message again, or acknowledge on the page of alerts',
  },
  'alert-link-used': {
    zh: '这个确认链接已经用过（{at}）',
    en: 'This link has been used already ({at})',
  },
  'alert-link-expired': {
    zh: '这个确认链接已过期（{at}）',
    en: 'This link has expired ({at})',
    mendZh: '登录告警页面确认',
    mendEn: 'Acknowledge on the page of alerts',
  },
} as const satisfies Record<string, MessageTemplate>;
