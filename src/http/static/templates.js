import { call, saveFile, withQuery } from './api.js';
import { button, element, field, table } from './dom.js';
import { attempt } from './screen.js';

/** The workbooks in which offices report, per office and year. */
export function showTemplates(page, context) {
  const year = element('input', { type: 'number', min: '1990', max: '2099', inputmode: 'numeric' });
  const list = element('div', {});
  const said = element('div', { role: 'status' });
  year.addEventListener('change', () => void load());
  page.replaceChildren(
    element('h2', {}, '报送表'),
    element(
      'p',
      { class: 'help' },
      '下载本单位的报送表，指标、期间和单位已经填好；只填数值（和佐证），保存后在“上传数据”里原样上传。',
    ),
    element('div', { class: 'filters' }, field('年份', year)),
    said,
    list,
  );
  void load();

  async function load() {
    const answer = await attempt(context, list, () =>
      call(withQuery('/api/v1/templates', { year: year.value })),
    );
    if (!answer) return;
    year.value = String(answer.year);
    const [some, none] = [
      answer.items.filter(({ figures }) => figures > 0),
      answer.items.filter(({ figures }) => figures === 0),
    ];
    list.replaceChildren(
      some.length === 0
        ? element('p', { class: 'notice' }, `${answer.year} 年没有要报送的指标。`)
        : table(
            `${answer.year} 年报送表（${some.length} 个单位）`,
            ['单位', '要报送的数', ''],
            some.map(({ office, nameZh, figures }) => [
              nameZh,
              `${figures} 个`,
              button('下载', () => void save(office, nameZh, answer.year), {
                class: 'quiet',
                'aria-label': `下载 ${nameZh} ${answer.year} 年报送表`,
              }),
            ]),
          ),
      none.length === 0
        ? ''
        : element(
            'p',
            { class: 'status' },
            `没有要报送的数：${none.map(({ nameZh }) => nameZh).join('、')}。`,
          ),
    );
  }

  async function save(office, nameZh, chosen) {
    said.replaceChildren(element('p', { class: 'status' }, '正在生成……'));
    const path = withQuery(`/api/v1/templates/${encodeURIComponent(office)}.xlsx`, { year: String(chosen) });
    const done = await attempt(context, said, async () => {
      await saveFile(path, `报送表_${nameZh}_${chosen}.xlsx`);
      return true;
    });
    if (done)
      said.replaceChildren(element('p', { class: 'status' }, `已下载：报送表_${nameZh}_${chosen}.xlsx`));
  }
}
