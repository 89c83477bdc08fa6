import { call, withQuery } from './api.js';
import { button, element, fact, field, select, table, timeWords } from './dom.js';
import { attempt } from './screen.js';
import { familyWords, siteKindWords } from './words.js';

const changeWords = { created: '登记', changed: '改动', removed: '移除' };

function datesOf({ from, to }) {
  return `${from ?? '最初'} 至 ${to === null ? '今' : `${to}（不含）`}`;
}

function entryTable(caption, heading, entries, words) {
  if (entries.length === 0) return null;
  return table(
    caption,
    [heading, '日期', '文号', '说明', '登记'],
    entries.map((entry) => [
      words(entry),
      datesOf(entry),
      entry.document || '—',
      [
        entry.note,
        entry.replaces ? `更正第 ${entry.replaces} 条` : '',
        entry.withdrawn ? `已撤回：${entry.withdrawn.reason}（${entry.withdrawn.by}）` : '',
      ]
        .filter(Boolean)
        .join('；') || '—',
      `${timeWords(entry.recordedAt)} ${entry.recordedBy}`,
    ]),
  );
}

/** Sites, sections and townships: the list, and the history of each. */
export function showSites(page, context) {
  let sites = [];
  const kind = select([['', '全部类型'], ...Object.entries(siteKindWords)], { change: () => void load() });
  const text = element('input', { type: 'search', on: { input: () => render() } });
  const detail = element('div', {});
  const list = element('div', {});
  page.replaceChildren(
    element('h2', {}, '点位'),
    element('p', { class: 'help' }, '文件里写名称、别名或编码都认得；写法不在这里的会报错，不会猜。'),
    element('div', { class: 'filters' }, field('类型', kind), field('名称、别名或编码（含）', text)),
    detail,
    list,
  );
  void load();

  async function load() {
    const answer = await attempt(context, list, () => call(withQuery('/api/v1/sites', { kind: kind.value })));
    if (!answer) return;
    sites = answer.items;
    render();
  }

  function render() {
    const wanted = text.value.trim().toLowerCase();
    const shown = sites.filter(({ code, name, aliases }) =>
      [code, name, ...aliases].some((each) => each.toLowerCase().includes(wanted)),
    );
    list.replaceChildren(
      shown.length === 0
        ? element('p', { class: 'notice' }, '没有这样的点位。')
        : table(
            `点位（${shown.length} 个）`,
            ['名称', '编码', '类型', '别名', '最新数据', ''],
            shown.map((site) => [
              site.name,
              site.code,
              siteKindWords[site.kind] ?? site.kind,
              site.aliases.join('、') || '—',
              Object.entries(site.latest)
                .map(([family, time]) => `${familyWords[family] ?? family} ${timeWords(time)}`)
                .join('；') || '—',
              button('沿革', () => void open(site.code), {
                class: 'quiet',
                'aria-label': `${site.name} 的沿革`,
              }),
            ]),
          ),
    );
  }

  async function open(code) {
    const site = await attempt(context, detail, () => call(`/api/v1/sites/${encodeURIComponent(code)}`));
    if (!site) return;
    const nothing = [site.names, site.moves, site.merges, site.instruments].every(
      ({ length }) => length === 0,
    );
    detail.replaceChildren(
      element(
        'section',
        { class: 'panel' },
        element('h3', { tabindex: '-1' }, `${site.name}（${site.code}）`),
        element(
          'dl',
          { class: 'facts' },
          fact('类型', siteKindWords[site.kind] ?? site.kind),
          site.waterBody ? fact('所在水体', site.waterBody) : null,
          fact('别名', site.aliases.join('、') || '无'),
          site.mergedFrom.length > 0 ? fact('并入它的点位', site.mergedFrom.join('、')) : null,
          site.placeholder ? fact('名称', '方案没有写明，待补') : null,
        ),
        nothing ? element('p', { class: 'status' }, '没有登记过名称变更、迁移、合并或仪器更换。') : null,
        entryTable(
          '名称和别名',
          '名称',
          site.names,
          ({ name, official }) => `${name}${official ? '（正式名称）' : ''}`,
        ),
        entryTable('位置', '经纬度', site.moves, ({ longitude, latitude }) => `${longitude}，${latitude}`),
        entryTable('合并', '并入', site.merges, ({ into }) => into),
        entryTable('仪器', '指标和仪器', site.instruments, ({ indicators, model, method }) =>
          [indicators.join('、'), model, method].filter(Boolean).join('；'),
        ),
        site.states.length === 0
          ? null
          : table(
              '登记的改动',
              ['时间', '改动', '名称', '别名', '谁，为何'],
              site.states.map((state) => [
                timeWords(state.recordedAt),
                changeWords[state.change] ?? state.change,
                state.name,
                state.aliases.join('、') || '—',
                `${state.recordedBy}${state.reason ? `：${state.reason}` : ''}`,
              ]),
            ),
        button('关闭', () => detail.replaceChildren()),
      ),
    );
    detail.querySelector('h3').focus();
  }
}
