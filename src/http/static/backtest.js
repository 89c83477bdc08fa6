import { severityWords } from './alertWords.js';
import { call } from './api.js';
import { element, failure, field, table, timeWords } from './dom.js';
import { FormFields } from './formFields.js';
import { asyncForm } from './screen.js';

const mostShown = 50;

/**
 * What a rule, saved or not, would have raised over stored data.
 *
 * @param ruleOf gives the rule as it stands in the form when the button is pressed
 */
export function showBacktest(ruleOf, context) {
  const from = element('input', { type: 'date', required: true });
  const to = element('input', { type: 'date', required: true });
  to.value = context.me.judgeDate;
  from.value = `${Number(context.me.judgeDate.slice(0, 4)) - 1}${context.me.judgeDate.slice(4)}`;
  const result = element('div', { 'aria-live': 'polite' });
  const fields = new FormFields();
  return element(
    'div',
    { class: 'backtest' },
    element('h4', { tabindex: '-1' }, '用历史数据回测'),
    element(
      'p',
      { class: 'sub' },
      '把这段时间的数据重新走一遍这条规则，列出它会报的警。不发任何消息，也不保存。',
    ),
    asyncForm(
      {},
      async () => {
        result.replaceChildren(element('p', {}, '正在回测，数据多时要一两分钟…'));
        try {
          const answer = await call('/api/v1/rules/backtest', {
            json: { rule: ruleOf(), from: `${from.value}T00:00:00+08:00`, to: `${to.value}T00:00:00+08:00` },
          });
          fields.clear();
          result.replaceChildren(...resultParts(answer));
        } catch (error) {
          if (error.status === 401) context.onRefused(error.message);
          else result.replaceChildren(failure(error));
        }
      },
      element('div', { class: 'filters' }, field('从', from), field('到（不含）', to)),
      element('button', { type: 'submit' }, '开始回测'),
    ),
    result,
  );
}

function resultParts({ explanationZh, alertCount, alerts, flaps, suppressed, intervals, subjects }) {
  const judged = intervals.ok + intervals.breach + intervals['no-data'] + intervals.error;
  const notes = [
    `看了 ${subjects} 个对象、${judged} 个时段：正常 ${intervals.ok}，超限 ${intervals.breach}，没有数据 ${intervals['no-data']}${
      intervals.error > 0 ? `，无法判断 ${intervals.error}` : ''
    }。`,
    flaps > 0 ? `其中 ${flaps} 次在上一次结束后一天内又报，可考虑调低解除值。` : '',
    suppressed > 0 ? `沙尘等原因不计 ${suppressed} 次。` : '',
  ].filter(Boolean);
  return [
    element(
      'div',
      { class: `result ${alertCount === 0 ? 'good' : 'plain'} panel` },
      element('p', {}, element('strong', {}, alertCount === 0 ? '不会报警。' : `会报 ${alertCount} 次警。`)),
      element('p', {}, explanationZh),
      notes.map((words) => element('p', { class: 'sub' }, words)),
    ),
    alerts.length === 0
      ? ''
      : table(
          `会报的警（${alerts.length > mostShown ? `前 ${mostShown} 次` : `${alerts.length} 次`}）`,
          ['对象', '级别', '报警时间', '持续', '数值'],
          alerts
            .slice(0, mostShown)
            .map((one) => [
              [one.siteZh, one.indicatorZh].filter(Boolean).join(' ') || '全县',
              severityWords[one.severity],
              timeWords(one.firedAt),
              one.endsAt === null ? '到期末仍在报' : hoursWords(one.durationHours),
              one.valueZh ?? '—',
            ]),
        ),
  ];
}

function hoursWords(hours) {
  if (hours < 48) return `${Math.round(hours * 10) / 10} 小时`;
  return `${Math.round((hours / 24) * 10) / 10} 天`;
}
