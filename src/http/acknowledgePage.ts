import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { severityZh } from '../domain/alertRuleWords.js';
import { DomainError } from '../domain/domainError.js';
import { formatMend, formatMessage } from '../domain/messages.js';
import { escapeHtml } from './problemPage.js';
import { stateOf } from './requestState.js';
import type { AlertLinkService, LinkInfo } from './services/alerting.js';

export const acknowledgePath = '/acknowledge';
const mostNameLetters = 50;

/**
 * The page behind the link of a message. Opening it changes nothing, since chat programs open links to show a preview;
 * its button confirms.
 */
export function registerAcknowledgePage(app: Express, links: AlertLinkService): void {
  const parseForm = express.urlencoded({ extended: false, limit: 4_096, parameterLimit: 10 });
  app.get(
    acknowledgePath,
    answer(async (request) => {
      const token = textOf(request.query['token']);
      return confirmPart(await links.find(token), token);
    }),
  );
  app.post(
    acknowledgePath,
    parseForm,
    answer(async (request) => {
      const form = (request.body ?? {}) as Record<string, unknown>;
      const name = textOf(form['name'])
        .replace(/[\p{Cc}\p{Cs}]/gu, '')
        .trim();
      return donePart(await links.use(textOf(form['token']), name.slice(0, mostNameLetters)));
    }),
  );
}

function answer(part: (request: Request) => Promise<string>): RequestHandler {
  return async (request, response) => {
    stateOf(response).route = acknowledgePath;
    try {
      send(response, 200, await part(request));
    } catch (error) {
      if (!(error instanceof DomainError) || !error.code.startsWith('alert-link-')) throw error;
      const mend = formatMend(error.code, 'zh', error.params);
      send(
        response,
        error.code === 'alert-link-unknown' ? 404 : 410,
        `<p class="notice bad" role="alert">${escapeHtml(formatMessage(error.code, 'zh', error.params))}</p>` +
          (mend === '' ? '' : `<p>${escapeHtml(mend)}</p>`),
      );
    }
  };
}

function confirmPart(link: LinkInfo, token: string): string {
  return (
    '<p>确认收到以下告警。确认后不再重复提醒和升级，除非告警加重。</p>' +
    listPart(link) +
    `<form method="post" action="${acknowledgePath}">` +
    `<input type="hidden" name="token" value="${escapeHtml(token)}">` +
    '<div class="field"><label for="name">姓名（可不填）</label>' +
    `<input id="name" name="name" maxlength="${mostNameLetters}" autocomplete="name"></div>` +
    '<button type="submit" class="primary">确认收到</button></form>'
  );
}

function donePart(link: LinkInfo): string {
  return `<p class="notice good" role="status">已确认收到。</p>${listPart(link)}`;
}

function listPart({ alerts }: LinkInfo): string {
  const lines = alerts.map(({ titleZh, siteZh, valueZh, severity, over }) => {
    const words = [siteZh, valueZh].filter((one) => one !== null).join('，');
    return (
      `<li><strong>【${severityZh[severity]}】${escapeHtml(titleZh)}</strong> ${escapeHtml(words)}` +
      `${over ? '（已不在报警）' : ''}</li>`
    );
  });
  return `<ul>${lines.join('')}</ul>`;
}

function send(response: Response, status: number, part: string): void {
  response
    .status(status)
    .set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' })
    .type('html')
    .send(
      '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">' +
        '<meta name="viewport" content="width=device-width, initial-scale=1">' +
        '<title>确认告警</title><link rel="stylesheet" href="/static/page.css"></head>' +
        `<body><main class="narrow"><h1>确认告警</h1>${part}` +
        '<p><a href="/alerts.html">打开告警页面</a></p></main></body></html>',
    );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
