import { element, fact, table } from './dom.js';

const signed = (text) => (Number(text) > 0 ? `+${text}` : text);

/** The year before beside this one, in a few words; null where there is nothing to say. */
export function yearOnYearWords(target, valueWords) {
  const { yearOnYear } = target;
  if (!yearOnYear) return null;
  if (yearOnYear.difference === null) return null;
  if (target.kind === 'section-grade') {
    const steps = Number(yearOnYear.difference);
    if (steps === 0) return '同比持平';
    return `同比${steps > 0 ? '变差' : '变好'} ${Math.abs(steps)} 级`;
  }
  if (Number(yearOnYear.difference) === 0) return '同比持平';
  const difference = signed(yearOnYear.difference);
  // A share's change in percent would be taken for its change in percentage points.
  if (target.unit === '%') return `同比 ${difference} 个百分点`;
  const percent = yearOnYear.changePercent === null ? '' : `（${signed(yearOnYear.changePercent)}%）`;
  return `同比 ${valueWords(target, difference)}${percent}`;
}

function yearOnYearFact(target, valueWords) {
  const { yearOnYear } = target;
  if (!yearOnYear) return null;
  const { from, through, value, reason, keeping } = yearOnYear;
  const parts = [
    yearOnYearWords(target, valueWords) ?? '不能比较',
    value === null ? '' : `上年同期（${from} 至 ${through}）${valueWords(target, value)}`,
    keeping ? `达到要求的断面 ${keeping.now}/${keeping.of}，上年 ${keeping.before}/${keeping.of}` : '',
    reason ?? '',
  ];
  return fact('同比', parts.filter(Boolean).join('；'));
}

function sectionTable(allowed) {
  if (allowed?.kind !== 'sections') return null;
  const rows = allowed.sections.flatMap((section) =>
    section.items.map((item) => [
      section.name,
      item.nameZh,
      `${item.direction === 'at-most' ? '≤' : '≥'} ${item.limit}`,
      item.meanSoFar,
      item.mayAverage === null
        ? '—'
        : `${item.direction === 'at-most' ? '不高于' : '不低于'} ${item.mayAverage}`,
      item.reachable ? '可以达到' : '已无法达到',
    ]),
  );
  if (rows.length === 0) return null;
  return element(
    'details',
    { class: 'advanced' },
    element('summary', {}, '各断面余下月份还可以是多少'),
    table('各断面余下月份', ['断面', '指标', '限值', '累计均值', '余下月均', ''], rows),
  );
}

/** How a target compares, what may still come, what is expected, since when it is certain. */
export function outlook(target, valueWords) {
  const { allowed, projection, certainSince } = target;
  const facts = [
    yearOnYearFact(target, valueWords),
    allowed ? fact('还可以', allowed.words) : null,
    projection ? fact('预计（估算，不是判定）', projection.words) : null,
    certainSince ? fact('自何时起已成定局', certainSince) : null,
  ].filter(Boolean);
  if (facts.length === 0) return null;
  return element('section', {}, element('dl', { class: 'facts outlook' }, facts), sectionTable(allowed));
}
