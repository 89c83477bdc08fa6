import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { verdicts } from '../domain/verdict.js';
import { reportOf, startTestServer, targetOf, tokenOf, type TestServer } from './fakeServices.fixture.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const describeWithBrowser = executablePath === undefined ? describe.skip : describe;
if (executablePath === undefined)
  process.stderr.write('tests of the page skipped: no chromium on this machine\n');

jest.setTimeout(60_000);
/** Markup that must stay text. */
export const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

/** Fakes behind a listening app. */
export let server: TestServer;
let browser: Browser;
/** The page of the test that runs. */
export let page: Page;
/** Where pictures go. */
export let pictures: string;
/** Everything the page must not do: errors, refused content, calls to other addresses. */
let faults: string[];

/** Keeps a picture for a person to look at. */
export async function shoot(name: string): Promise<void> {
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}

/** Opens the page in a window of its own. */
export async function openPage(width: number, height: number): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN' });
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text()))
      faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
      faults.push(request.url());
  });
  await page.goto(server.url);
}

/** Enters with the token of a role. */
export async function signIn(role: string): Promise<void> {
  await page.getByLabel('访问令牌').fill(tokenOf(role));
  await page.getByRole('button', { name: '进入' }).click();
  await page.getByRole('heading', { name: '目标一览' }).waitFor();
}

/** Chooses one file on the upload screen. */
export async function chooseFile(name: string, text: string): Promise<void> {
  await page.getByLabel('数据文件').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

/** Forgets faults that a test brought about itself. */
export function forgive(text: string): void {
  faults = faults.filter((fault) => !fault.includes(text));
}

/** A suite with a browser; it is skipped where there is none. */
export function describePage(name: string, suite: () => void): void {
  describeWithBrowser(name, () => {
    beforeAll(async () => {
      pictures = process.env['PAGE_PICTURES'] ?? (await mkdtemp(path.join(tmpdir(), 'cei-page-')));
      server = await startTestServer();
      browser = await chromium.launch({
        executablePath,
        args: [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      });
    });
    afterAll(async () => {
      await browser?.close();
      await server.close();
    });
    beforeEach(() => {
      faults = [];
      server.state.demo = true;
      server.state.failWith = undefined;
      server.state.judge = () => ({});
      server.state.received.length = 0;
      server.state.uploads = [reportOf()];
      server.state.suspects = [];
      server.state.flagged.length = 0;
      server.state.undone.length = 0;
      server.state.undoAnswer = {};
      server.state.targets = [
        ...verdicts.map((verdict, index) =>
          targetOf({
            id: index + 1,
            verdict,
            ...(index % 2
              ? { planId: 'a', planDocument: '同党办综〔2023〕55 号', offices: ['农业农村局', '水务局'] }
              : {}),
            ...(verdict === 'not-reported'
              ? { value: null, valueUnrounded: null, distance: null, used: 0 }
              : {}),
            ...(verdict === 'missed' ? { value: '35', distance: '-2' } : {}),
          }),
        ),
        targetOf({
          id: 22,
          kind: 'section-grade',
          name: '清水河 5 个断面水质',
          unit: '类',
          limit: '4',
          value: '5',
          distance: '-1',
          verdict: 'at-risk',
          unitOfCount: 'month',
          used: 8,
          missing: 1,
        }),
        targetOf({
          id: 24,
          kind: 'milestone',
          name: '城市黑臭水体基本消除',
          comparison: '>=',
          limit: '1',
          value: '1',
          distance: '0',
          verdict: 'secured',
          unitOfCount: 'report',
          used: 1,
          missing: 0,
        }),
        targetOf({
          id: 99,
          name: hostile,
          scope: hostile,
          reason: hostile,
          quote: hostile,
          offices: [hostile],
          notes: [hostile],
        }),
      ];
    });
    afterEach(async () => {
      await page.context().close();
      expect(faults).toEqual([]);
    });

    suite();
  });
}
