import { call, saveFile, withQuery } from './api.js';
import { button, dayAfter, element, failure, field, fillSelect, select, table, timeWords } from './dom.js';
import { asyncForm, attempt, pagedList } from './screen.js';
import { familyWords, indicatorNames, indicatorWords, may, needsWords } from './words.js';

const ruleWords = {
  range: '超出合理范围',
  inversion: 'PM2.5 大于 PM10（倒挂）',
  'detection-limit': '检出限高于类别限值',
  'station-state': '站点维护或不具备条件',
  constant: '长时间恒值',
  jump: '突变',
  negatives: '连续负值',
};
const reviewWords = { open: '待审核', valid: '有效', invalid: '无效' };
const clock = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

function neighbours(row) {
  if (row.around.length === 0) return '—';
  const seen = [...row.around, { time: row.time, value: row.value, itself: true }].sort(
    (a, b) => Date.parse(a.time) - Date.parse(b.time),
  );
  return element(
    'ul',
    { class: 'around inline' },
    seen.map(({ time, value, itself }) =>
      element(
        'li',
        {},
        element('small', {}, shortTime(time, row.time)),
        ' ',
        itself ? element('strong', {}, String(value)) : String(value),
      ),
    ),
  );
}

/** The hour alone on the day of the value itself. */
function shortTime(time, own) {
  const [words, ownWords] = [clock.format(Date.parse(time)), clock.format(Date.parse(own))];
  return words.slice(0, 5) === ownWords.slice(0, 5) ? words.slice(5).trim() : words;
}

/** The values that the automatic checks marked, and the reviewer's answer to each. */
export function showSuspects(page, context) {
  const { me } = context;
  const reviewer = may(me, 'reviewer');
  const site = select([['', '全部点位']]);
  const indicator = select([['', '全部指标']]);
  const rule = select([['', '全部原因'], ...Object.entries(ruleWords)]);
  const reviewed = select([
    ['false', '待审核'],
    ['true', '已审核'],
    ['', '全部'],
  ]);
  const from = element('input', { type: 'date' });
  const to = element('input', { type: 'date' });
  const box = element('div', {});
  const filter = () => ({
    site: site.value,
    indicator: indicator.value,
    rule: rule.value,
    reviewed: reviewed.value,
    from: from.value,
    to: to.value && dayAfter(to.value),
  });
  const list = pagedList({
    context,
    empty: '没有符合条件的存疑数据。',
    load: (cursor) => call(withQuery('/api/v1/suspects', { limit: '50', cursor, ...filter() })),
    render: (items) =>
      table(
        '存疑数据',
        ['点位', '时间', '指标', '数值', '存疑的原因', '前后的数值', '审核', ...(reviewer ? [''] : [])],
        items.map((row) => line(row)),
      ),
  });
  page.replaceChildren(
    element('h2', {}, '存疑数据'),
    element(
      'p',
      { class: 'help' },
      '自动检查只作标记，存疑的数值照样参加统计；只有审核人标为“无效”并写明理由，才不再参加。',
      reviewer ? '' : needsWords('审核', 'reviewer'),
    ),
    element(
      'form',
      {
        class: 'panel',
        role: 'search',
        on: { submit: (event) => (event.preventDefault(), void list.reload()) },
      },
      element(
        'div',
        { class: 'filters' },
        field('点位', site),
        field('指标', indicator),
        field('原因', rule),
        field('审核', reviewed),
        field('从', from),
        field('到（含当天）', to),
      ),
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'submit' }, '查找'),
        button('下载这些（CSV）', () =>
          attempt(context, box, () =>
            saveFile(withQuery('/api/v1/suspects', { format: 'csv', ...filter() }), '存疑数据.csv'),
          ),
        ),
      ),
    ),
    box,
    list.node,
  );
  void start();

  async function start() {
    fillSelect(indicator, [
      ['', '全部指标'],
      ...[...indicatorNames.keys()].map((code) => [code, indicatorWords(code)]),
    ]);
    const sites = await attempt(context, box, () => call('/api/v1/sites'));
    if (!sites) return;
    fillSelect(site, [['', '全部点位'], ...sites.items.map(({ code, name }) => [code, name])]);
    await list.reload();
  }

  function line(row) {
    const name = indicatorWords(row.indicator);
    const label = `${row.siteName} ${timeWords(row.time)} ${name}`;
    const review = element(
      'span',
      {},
      reviewWords[row.review] ?? row.review,
      row.reviewedBy ? element('small', { class: 'block' }, `${row.reviewedBy}：${row.reason ?? ''}`) : null,
    );
    const act = button('审核', () => openReview(row, label), {
      class: 'quiet',
      'aria-label': `审核 ${label}`,
    });
    return [
      row.siteName,
      element(
        'span',
        {},
        timeWords(row.time),
        element('small', { class: 'block' }, familyWords[row.family] ?? row.family),
      ),
      name,
      row.value === null ? '—' : `${row.value} ${row.unit}`,
      element(
        'span',
        {},
        element('strong', {}, row.rules.map((each) => ruleWords[each] ?? each).join('、')),
        element('small', { class: 'block' }, row.explanation),
      ),
      neighbours(row),
      review,
      ...(reviewer ? [act] : []),
    ];
  }

  function openReview(row, label) {
    const panel = reviewForm(row, label, context, async (words) => {
      await list.reload();
      box.replaceChildren(element('p', { class: 'notice', role: 'status' }, words));
    });
    panel.append(button('关闭', () => box.replaceChildren()));
    box.replaceChildren(panel);
    panel.querySelector('h3').focus();
  }
}

/** First what a mark would touch, then the mark. */
function reviewForm(row, label, context, onDone) {
  const flag = select([
    ['valid', '有效：已核对，数值属实'],
    ['invalid', '无效：不再参加任何统计'],
  ]);
  const reason = element('input', { type: 'text', maxlength: '500', required: true });
  const outcome = element('div', { role: 'status' });
  for (const input of [flag, reason]) input.addEventListener('input', () => outcome.replaceChildren());
  const ask = (dryRun) =>
    attempt(context, outcome, () =>
      call('/api/v1/flags', {
        json: {
          site: row.site,
          family: row.family,
          indicator: row.indicator,
          time: row.time,
          flag: flag.value,
          reason: reason.value.trim(),
          dryRun,
        },
      }),
    );
  async function confirm() {
    if (await ask(false)) await onDone(`已标为${reviewWords[flag.value]}：${label}`);
  }
  return element(
    'section',
    { class: 'panel' },
    element('h3', { tabindex: '-1' }, `审核：${label}，${row.value ?? '—'} ${row.unit}`),
    asyncForm(
      {},
      async () => {
        const answer = await ask(true);
        if (!answer) return;
        if (answer.values === 0) {
          outcome.replaceChildren(failure({ message: '这个数值已经不在库里了，请重新查找。' }));
          return;
        }
        const touched = answer.targets.map(({ name }) => name).join('、');
        outcome.replaceChildren(
          element('p', {}, touched ? `涉及的目标：${touched}。` : '不涉及任何目标。'),
          asyncForm(
            {},
            confirm,
            element(
              'button',
              { type: 'submit', class: flag.value === 'invalid' ? 'danger' : 'primary' },
              `确认标为${reviewWords[flag.value]}`,
            ),
          ),
        );
      },
      element(
        'div',
        { class: 'filters' },
        field('审核结论', flag),
        field('理由', reason, '会留痕，写清依据'),
      ),
      element('button', { type: 'submit' }, '看看涉及什么'),
    ),
    outcome,
  );
}
