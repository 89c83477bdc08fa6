import { call } from './api.js';
import { checkbox, element, failure, field, table, timeWords } from './dom.js';
import { impactList } from './reportTables.js';
import { asyncForm } from './screen.js';
import { indicatorWords, may, needsWords } from './words.js';

const otherKinds = {
  dustPeriods: '沙尘时段收回',
  dustPeriodsChangedLater: '沙尘时段后来又改过，保持现状',
  sitesRemoved: '登记的点位移除',
  sitesRestored: '改过的点位恢复',
  sitesInUse: '登记的点位已有别的数据在用，保留',
  sitesChangedLater: '点位后来又改过，保持现状',
};

function tallyWords(words, { removed, restored, kept }) {
  const parts = [
    removed > 0 && `移除 ${removed} 个`,
    restored > 0 && `恢复原值 ${restored} 个`,
    kept > 0 && `保持现状 ${kept} 个（后来又改过）`,
  ].filter(Boolean);
  return parts.length === 0 ? null : `${words}：${parts.join('，')}`;
}

function lines(answer) {
  return [
    tallyWords('监测值', answer.values),
    tallyWords('报送数', answer.reports),
    answer.rowsRemoved > 0 && `整行移除 ${answer.rowsRemoved} 行`,
    answer.flags.set + answer.flags.cleared > 0 &&
      `标记：恢复 ${answer.flags.set} 个，取消 ${answer.flags.cleared} 个`,
    ...Object.entries(answer.others)
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => `${otherKinds[kind] ?? kind}：${count} 项`),
    ...answer.notices,
  ].filter(Boolean);
}

function conflictTable({ total, items }) {
  if (total === 0) return null;
  const caption =
    total > items.length
      ? `后来又改过的（共 ${total} 处，列出前 ${items.length} 处）`
      : `后来又改过的（${total} 处）`;
  return table(
    caption,
    ['点位', '时间（起）', '指标', '这次上传的', '现在的', '改动的人', '改于'],
    items.map((item) => [
      item.site,
      timeWords(item.time),
      indicatorWords(item.indicator),
      item.given,
      item.kind === 'invalid-mark' ? `已标为无效：${item.stored}` : item.stored,
      `${item.by}，${item.origin}`,
      timeWords(item.at),
    ]),
  );
}

/** The way to take an upload back, as nodes: first what would happen, then the decision. `onDone` runs afterwards. */
export function undoPanel(report, context, onDone) {
  const { me, onRefused } = context;
  if (report.undone || report.status !== 'committed') return [];
  if (!may(me, 'uploader')) {
    return [element('p', { class: 'notice' }, needsWords('撤销上传', 'uploader'))];
  }
  const own = report.uploadedBy === `${me.name}（${me.office}）`;
  if (!own && !may(me, 'reviewer')) {
    return [element('p', { class: 'notice' }, `这不是您的上传。${needsWords('撤销别人的上传', 'reviewer')}`)];
  }
  const reason = element('input', { type: 'text', maxlength: '500', required: true });
  const outcome = element('div', { role: 'status' });
  const path = `/api/v1/uploads/${encodeURIComponent(report.id)}/undo`;
  const ask = (json) => call(path, { json: { reason: reason.value.trim(), ...json } });
  reason.addEventListener('input', () => outcome.replaceChildren());

  async function guarded(work) {
    try {
      await work();
    } catch (error) {
      if (error.status === 401) onRefused(error.message);
      else outcome.replaceChildren(failure(error), ...laterChanges(error.problem?.changedLater));
    }
  }
  // Someone changed values between the trial and the decision.
  function laterChanges(changedLater) {
    return changedLater ? [conflictTable(changedLater), '请再看一次会撤销什么。'] : [];
  }

  function decide(answer) {
    const conflicts = answer.changedLater.total;
    const sure = checkbox(
      conflicts > 0 ? `明白：后来改过的 ${conflicts} 处保持现状，只收回其余的` : '已核对，撤销这次上传',
      { required: true },
    );
    outcome.replaceChildren(
      element('h4', {}, '如果撤销'),
      element(
        'ul',
        {},
        lines(answer).map((words) => element('li', {}, words)),
      ),
      conflictTable(answer.changedLater) ?? '',
      answer.impact === null
        ? ''
        : answer.impact.length === 0
          ? element('p', { class: 'status' }, '撤销后不会改变任何目标的判定。')
          : impactList(`撤销后会变化的目标（${answer.impact.length} 项）`, answer.impact, '撤销后'),
      asyncForm(
        {},
        () =>
          guarded(async () => {
            await ask({ confirm: conflicts > 0 });
            await onDone();
          }),
        sure.node,
        element('button', { type: 'submit', class: 'danger' }, '确认撤销'),
      ),
    );
  }

  return [
    element(
      'section',
      { class: 'panel undo' },
      element('h3', {}, '撤销这次上传'),
      element(
        'p',
        { class: 'status' },
        '新写入的数值会移除，被覆盖的会恢复原值；谁、何时、为何撤销都会留痕。先看看会撤销什么，再决定。',
      ),
      asyncForm(
        {},
        () => guarded(async () => decide(await ask({ dryRun: true }))),
        field('撤销的原因', reason, '如：传错了文件'),
        element('button', { type: 'submit' }, '看看会撤销什么'),
      ),
      outcome,
    ),
  ];
}
