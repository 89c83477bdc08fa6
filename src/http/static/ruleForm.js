import { severityOptions } from './alertWords.js';
import { call } from './api.js';
import { showBacktest } from './backtest.js';
import { button, checkbox, element, fillSelect, select } from './dom.js';
import { FormFields } from './formFields.js';
import { asyncForm } from './screen.js';

const mostLevels = 3;
const copyOf = (value) => JSON.parse(JSON.stringify(value));

/** Where the levels of one figure stand in a rule; `undefined` for rules that have none. */
function levelsPath(rule) {
  if (rule.kind === 'target')
    return 'levels' in rule.test && rule.test.of !== 'verdict' ? 'test.levels' : undefined;
  return rule.kind === 'absence' || rule.kind === 'heavy-pollution' ? undefined : 'levels';
}

function numberOf(input) {
  const text = input.value.trim();
  // What is no number is sent as it is, so that the service says what it should be.
  return text === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** The form of a rule, for administrators. Only what differs is a new version; everything else stays as it was. */
export function ruleForm(current, { context, names, saved, cancel }) {
  let rule = copyOf(current.rule);
  let reasonText = '';
  const box = element('div', {});
  draw();
  return box;

  function draw() {
    box.replaceChildren(drawForm());
  }

  function drawForm() {
    const fields = new FormFields('rule');
    const fault = element('div', {});
    const readers = [];
    const back = element('div', {});
    const text = (name, words, hint, required = false) => {
      const input = element('input', { type: 'text', maxlength: '1000', required });
      input.value = rule[name] ?? '';
      readers.push((draft) => {
        const value = input.value.trim();
        if (value === '' && !required) delete draft[name];
        else draft[name] = value;
      });
      return fields.add(name, words, input, hint);
    };
    const number = (name, words, hint, empty) => {
      const input = element('input', { type: 'text', inputmode: 'numeric', maxlength: '8' });
      input.value = rule[name] ?? '';
      readers.push((draft) => {
        draft[name] = input.value.trim() === '' && empty !== undefined ? empty : numberOf(input);
      });
      return fields.add(name, words, input, hint);
    };
    const enabled = checkbox('启用', {}, '停用后不再判断，正在报的警随之结束。');
    enabled.input.checked = rule.enabled;
    readers.push((draft) => {
      draft.enabled = enabled.input.checked;
    });
    const reason = element('input', { type: 'text', maxlength: '500' });
    reason.value = reasonText;
    reason.addEventListener('input', () => (reasonText = reason.value));
    const read = () => {
      const draft = copyOf(rule);
      for (const reader of readers) reader(draft);
      return draft;
    };
    const moments = rule.kind === 'absence' || rule.kind === 'service';
    const form = asyncForm(
      { class: 'rule-form' },
      async () => {
        try {
          const json = { rule: read(), reason: reason.value.trim(), basedOn: current.version };
          const answer = await call(`/api/v1/rules/${encodeURIComponent(current.code)}`, {
            method: 'PUT',
            json,
          });
          await saved(answer.code, `已保存为第 ${answer.version} 版。下一轮判断（约 10 秒后）起生效。`);
        } catch (error) {
          if (error.status === 401) context.onRefused(error.message);
          else fields.tell(error, fault);
        }
      },
      element('h4', { tabindex: '-1' }, '修改'),
      text('titleZh', '标题', null, true),
      enabled.node,
      officePart(fields, readers),
      levelPart(fields, readers, read),
      element(
        'div',
        { class: 'filters' },
        moments ? null : number('forHours', '持续几小时才报', '按数据的小时数，0 为立即'),
        moments ? null : number('keepFiringForHours', '恢复后再保持几小时', '避免反复报警'),
        moments ? null : number('noDataForHours', '缺数几小时算没有数据', null),
        rule.kind === 'absence' ? number('graceHours', '时段结束后宽限几小时', '按时、按日的数据用') : null,
        rule.kind === 'absence'
          ? number('graceWorkingDays', '期末后宽限几个工作日', '按月、按季的数据用')
          : null,
        number('repeatHours', '未解除时每几小时提醒一次', '不填为不重复', null),
      ),
      text('adviceZh', '建议（怎么办）'),
      text('explanationZh', '自己写的说明', '不填则按上面各项自动生成'),
      rawPart(read),
      fields.add('reason', '修改理由（必填）', reason, '记入历次修改。'),
      fault,
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'submit', class: 'primary' }, '保存'),
        button('先回测这样改', () => {
          back.replaceChildren(showBacktest(read, context));
          back.querySelector('h4').focus();
        }),
        button('不改了', cancel),
      ),
    );
    return element('div', {}, form, back);
  }

  function officePart(fields, readers) {
    if (rule.offices === 'of-target') return element('p', { class: 'sub' }, '责任单位：目标的责任单位。');
    const boxes = names.offices.map(({ code, nameZh }) => {
      const one = checkbox(nameZh);
      one.input.checked = rule.offices.includes(code);
      return { code, ...one };
    });
    const others = rule.offices.filter((code) => !boxes.some((one) => one.code === code));
    readers.push((draft) => {
      draft.offices = [...others, ...boxes.filter(({ input }) => input.checked).map(({ code }) => code)];
    });
    const anchor = element('input', { type: 'hidden' });
    const node = fields.add('offices', '', anchor);
    node.className = 'field';
    node.querySelector('label').remove();
    return element(
      'fieldset',
      {},
      element('legend', {}, '责任单位'),
      element(
        'div',
        { class: 'checks' },
        boxes.map((one) => one.node),
      ),
      node,
    );
  }

  function levelPart(fields, readers, read) {
    const path = levelsPath(rule);
    if (path !== undefined) return thresholdLevels(fields, readers, read, path);
    if (rule.kind === 'absence') return absenceLevels(fields, readers, read);
    if (rule.kind === 'heavy-pollution') return warningLevels(fields, readers);
    if (rule.test.of === 'section-month') return monthLevels(fields, readers);
    return element('p', { class: 'sub' }, '各结论的级别在下面“整条规则”里改。');
  }

  function severitySelect(value, more = []) {
    const node = select([...more, ...severityOptions]);
    fillSelect(node, [...more, ...severityOptions], value);
    return node;
  }

  /**
   * Rows that can be added and taken away; what is typed elsewhere stays.
   *
   * @param rowsOf the levels of a document
   * @param rowOf the inputs of one level, and how it is read from them
   */
  function levelFieldset(legend, { rowsOf, rowOf, fresh }, readers, read) {
    const rows = rowsOf(rule).map(rowOf);
    readers.push((draft) => {
      rowsOf(draft).splice(0, Infinity, ...rows.map((row) => row.read()));
    });
    const change = (mutate) => {
      const draft = read();
      mutate(rowsOf(draft));
      rule = draft;
      draw();
      [...box.querySelectorAll('.level')].at(-1)?.querySelector('select, input')?.focus();
    };
    return element(
      'fieldset',
      {},
      element('legend', {}, legend),
      rows.map(({ nodes }, index) =>
        element(
          'div',
          { class: 'level' },
          nodes,
          rows.length > 1
            ? button('去掉', () => change((list) => list.splice(index, 1)), {
                class: 'quiet',
                'aria-label': `去掉第 ${index + 1} 级`,
              })
            : null,
        ),
      ),
      rows.length < mostLevels ? button('加一级', () => change((list) => list.push(fresh))) : null,
    );
  }

  function thresholdLevels(fields, readers, read, path) {
    const rowsOf = (document) => (path === 'test.levels' ? document.test.levels : document.levels);
    const rowOf = (level, index) => {
      const severity = severitySelect(level.severity);
      const threshold = element('input', { type: 'text', inputmode: 'decimal', maxlength: '30' });
      threshold.value = level.threshold;
      const clear = element('input', { type: 'text', inputmode: 'decimal', maxlength: '30' });
      clear.value = level.clear ?? '';
      return {
        nodes: [
          fields.add(`${path}.${index}.severity`, '级别', severity),
          fields.add(`${path}.${index}.threshold`, '阈值', threshold),
          fields.add(`${path}.${index}.clear`, '解除值', clear, '不填同阈值'),
        ],
        read() {
          const given = clear.value.trim();
          return {
            severity: severity.value,
            threshold: threshold.value.trim(),
            ...(given === '' ? {} : { clear: given }),
          };
        },
      };
    };
    const fresh = { severity: 'critical', threshold: '' };
    return levelFieldset('级别和阈值（由轻到重）', { rowsOf, rowOf, fresh }, readers, read);
  }

  function absenceLevels(fields, readers, read) {
    const rowOf = (level, index) => {
      const severity = severitySelect(level.severity);
      const unit = select([
        ['afterHours', '小时'],
        ['afterWorkingDays', '个工作日'],
      ]);
      unit.value = level.afterHours === undefined ? 'afterWorkingDays' : 'afterHours';
      const amount = element('input', { type: 'text', inputmode: 'numeric', maxlength: '6' });
      amount.value = level.afterHours ?? level.afterWorkingDays;
      return {
        nodes: [
          fields.add(`levels.${index}.severity`, '级别', severity),
          fields.add(`levels.${index}`, '逾期', amount),
          fields.add(`levels.${index}.unit`, '单位', unit),
        ],
        read: () => ({ severity: severity.value, [unit.value]: numberOf(amount) }),
      };
    };
    const parts = {
      rowsOf: (document) => document.levels,
      rowOf,
      fresh: { severity: 'critical', afterWorkingDays: '' },
    };
    return levelFieldset('逾期多久是哪一级（由轻到重）', parts, readers, read);
  }

  function warningLevels(fields, readers) {
    const words = { yellow: '黄色条件', orange: '橙色条件', red: '红色条件' };
    const inputs = Object.entries(words).map(([name, shown]) => {
      const input = severitySelect(rule.severities[name]);
      readers.push((draft) => {
        draft.severities[name] = input.value;
      });
      return fields.add(`severities.${name}`, shown, input);
    });
    fields.alias('severities', 'severities.red');
    return element(
      'fieldset',
      {},
      element('legend', {}, '达到各级预警条件时的级别'),
      element('div', { class: 'filters' }, inputs),
    );
  }

  function monthLevels(fields, readers) {
    const none = [['', '不报']];
    const { fails: failsNow, drops: dropsNow } = rule.test;
    const fails = severitySelect(failsNow ?? '', none);
    const drops = severitySelect(dropsNow?.severity ?? '', none);
    const classes = element('input', { type: 'text', inputmode: 'numeric', maxlength: '1' });
    classes.value = dropsNow?.classes ?? 2;
    readers.push((draft) => {
      draft.test.fails = fails.value || null;
      draft.test.drops = drops.value ? { severity: drops.value, classes: numberOf(classes) } : null;
    });
    const node = element(
      'fieldset',
      {},
      element('legend', {}, '断面的月水质'),
      element(
        'div',
        { class: 'filters' },
        fields.add('test.fails', '未达到目标类别时', fails),
        fields.add('test.drops', '比上月骤降时', drops),
        fields.add('test.drops.classes', '骤降几个类别', classes),
      ),
    );
    fields.alias('test', 'test.fails');
    return node;
  }

  /** Everything else, for those who know the document. */
  function rawPart(read) {
    const area = element('textarea', { rows: '14', spellcheck: 'false', 'aria-label': '整条规则（JSON）' });
    const said = element('p', { class: 'fault', role: 'alert', hidden: true });
    return element(
      'details',
      {
        on: {
          toggle: (event) => {
            if (event.target.open) area.value = JSON.stringify(read(), null, 2);
          },
        },
      },
      element('summary', {}, '整条规则（JSON，含监测范围、合并方式等其余各项）'),
      area,
      said,
      button('套用到上面', () => {
        try {
          rule = JSON.parse(area.value);
          draw();
        } catch {
          said.hidden = false;
          said.textContent = '不是正确的 JSON，没有套用。';
        }
      }),
    );
  }
}
