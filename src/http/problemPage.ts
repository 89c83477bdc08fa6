import { formatMend, formatMessage, type MessageCode } from '../domain/messages.js';
import { problemKindOf } from './problem.js';

export interface ProblemExplanation {
  code: string;
  status: number;
  titleZh: string;
  titleEn: string;
  messageZh: string;
  messageEn: string;
  mendZh: string;
  mendEn: string;
}

/** What the catalogue says about a code; places for parameters stay as `{name}`. */
export function describeProblem(code: MessageCode): ProblemExplanation {
  return {
    code,
    ...problemKindOf(code),
    messageZh: formatMessage(code, 'zh'),
    messageEn: formatMessage(code, 'en'),
    mendZh: formatMend(code, 'zh'),
    mendEn: formatMend(code, 'en'),
  };
}

/** The explanation as a small page in both languages. */
export function problemPage(problem: ProblemExplanation): string {
  const part = (lang: string, title: string, message: string, mend: string) =>
    `<section lang="${lang}"><h2>${escapeHtml(title)}</h2><p>${escapeHtml(message)}</p>` +
    `${mend === '' ? '' : `<p>→ ${escapeHtml(mend)}</p>`}</section>`;
  return (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${escapeHtml(problem.code)}</title><link rel="stylesheet" href="/static/page.css"></head>` +
    `<body><main class="narrow"><h1><code>${escapeHtml(problem.code)}</code> · HTTP ${problem.status}</h1>` +
    part('zh-CN', problem.titleZh, problem.messageZh, problem.mendZh) +
    part('en', problem.titleEn, problem.messageEn, problem.mendEn) +
    '<p><a href="/">返回首页</a></p></main></body></html>'
  );
}

/** Makes text safe inside HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
