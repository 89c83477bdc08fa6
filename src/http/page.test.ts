import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { verdicts, verdictZh } from '../domain/verdict.js';
import { startTestServer, targetOf, tokenOf, type TestServer } from './fakeServices.fixture.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const describeWithBrowser = executablePath === undefined ? describe.skip : describe;
if (executablePath === undefined) console.warn('page.test.ts skipped: no chromium on this machine');

jest.setTimeout(60_000);
const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

let server: TestServer;
let browser: Browser;
let page: Page;
let pictures: string;
/** Everything the page must not do: errors, refused content, calls to other addresses. */
let faults: string[];

async function shoot(name: string): Promise<void> {
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}

async function openPage(width: number, height: number): Promise<void> {
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

async function signIn(role: string): Promise<void> {
  await page.getByLabel('访问令牌').fill(tokenOf(role));
  await page.getByRole('button', { name: '进入' }).click();
  await page.getByRole('heading', { name: '目标一览' }).waitFor();
}

async function chooseFile(name: string, text: string): Promise<void> {
  await page.getByLabel('数据文件').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

describeWithBrowser('the page', () => {
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

  test.each([
    ['phone', 390, 844],
    ['desktop', 1440, 900],
  ])('asks for the token and shows where the targets stand on a %s', async (name, width, height) => {
    await openPage(width, height);
    expect(await page.getByText('示例数据：').isVisible()).toBe(true);
    await shoot(`${name}-token`);
    await page.getByLabel('访问令牌').fill('cei_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('令牌无效、已过期或已吊销').waitFor();
    await signIn('viewer');
    await page.getByText('共 11 项目标，当前显示 11 项').waitFor();
    expect(await page.getByLabel('责任单位').inputValue()).toBe('');
    expect(await page.getByLabel('方案').inputValue()).toBe('');
    for (const verdict of verdicts) {
      expect(await page.getByRole('button', { name: verdictZh[verdict] }).isVisible()).toBe(true);
    }
    expect(await page.getByLabel('判定日期').inputValue()).toBe('2025-09-30');
    expect(await page.getByText('Ⅴ 类').first().isVisible()).toBe(true);
    await shoot(`${name}-targets`);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);

    await page.getByRole('button', { name: '未达标', exact: false }).first().click();
    await page.getByText('当前显示 1 项').waitFor();
    await page.locator('summary').first().click();
    expect(await page.getByText('全县细颗粒物（PM2.5）年均浓度').isVisible()).toBe(true);
    expect(await page.getByText('超出 2 µg/m³').isVisible()).toBe(true);
    await shoot(`${name}-details`);
  });

  test('filters, other dates, hostile names, and no demonstration band over real data', async () => {
    server.state.demo = false;
    await openPage(1024, 768);
    await signIn('viewer');
    expect(await page.getByText('示例数据：').isVisible()).toBe(false);
    await page.getByLabel('责任单位').selectOption('水务局');
    await page.getByText('当前显示 4 项').waitFor();
    await page.getByLabel('责任单位').selectOption('');
    await page.getByLabel('判定日期').fill('2023-12-31');
    await page.getByText('当前显示 11 项').waitFor();
    await page.locator('details[data-id="99"] summary').click();
    expect(await page.getByText(hostile).count()).toBeGreaterThan(4);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  test.each([
    ['phone', 390, 844],
    ['desktop', 1440, 900],
  ])('takes a file through trial, faults, overwriting and storing on a %s', async (name, width, height) => {
    await openPage(width, height);
    await signIn('uploader');
    await page.getByRole('link', { name: '上传数据' }).click();
    await page.getByRole('heading', { name: '上传数据' }).waitFor();
    await shoot(`${name}-upload`);
    await chooseFile('空气 9月.csv', '时间,PM2.5\n2025-09-30 01:00,31\n');

    server.state.judge = () => ({
      status: 'rejected',
      faultCount: 250,
      rows: { read: 24, new: 22, unchanged: 0, changed: 0, rejected: 2, duplicate: 0 },
      faults: [
        {
          line: 3,
          column: 'PM2.5',
          value: '三十一',
          code: 'number-unreadable',
          message: '不是数字',
          mend: '改成数字，如 31',
        },
        { line: 4, column: hostile, value: hostile, code: 'x', message: hostile, mend: hostile },
      ],
    });
    await page.getByRole('button', { name: '试读' }).click();
    await page.getByRole('heading', { name: '文件有问题，没有写入任何数据' }).waitFor();
    expect(await page.getByText('问题（共 250 处，列出前 2 处）').isVisible()).toBe(true);
    expect(await page.getByText('改成数字，如 31').isVisible()).toBe(true);
    expect(server.state.received.at(-1)?.options.dryRun).toBe(true);
    await shoot(`${name}-faults`);

    server.state.judge = (_text, options) =>
      options.overwrite
        ? { rows: { read: 24, new: 0, unchanged: 23, changed: 1, rejected: 0, duplicate: 0 } }
        : {
            status: 'needs-overwrite',
            id: null,
            values: { new: 0, unchanged: 23, changed: 1 },
            rows: { read: 24, new: 0, unchanged: 23, changed: 1, rejected: 0, duplicate: 0 },
            changes: [
              {
                line: 2,
                site: '城市建成区',
                time: '2025-09-29T16:00:00.000Z',
                indicator: 'PM2.5',
                stored: '30',
                file: '31',
              },
            ],
          };
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByRole('heading', { name: '与已入库的数值不同' }).waitFor();
    await shoot(`${name}-overwrite`);
    await page.getByLabel('覆盖的原因').fill('仪器校准');
    await page.getByRole('button', { name: '覆盖并提交' }).click();
    await page.getByRole('heading', { name: '已写入' }).waitFor();
    expect(server.state.received.at(-1)?.options).toMatchObject({
      overwrite: true,
      reason: '仪器校准',
      dryRun: false,
    });
    expect(await page.getByText('备注', { exact: true }).isVisible()).toBe(true);
    expect(await page.getByText('GB18030').isVisible()).toBe(true);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H3');
    await shoot(`${name}-stored`);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await page.getByRole('button', { name: /^查看/ }).first().click();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  test('says in plain words what went wrong', async () => {
    await openPage(390, 844);
    await signIn('uploader');
    await page.getByRole('link', { name: '上传数据' }).click();
    await chooseFile('大.csv', 'x'.repeat(1024 * 1024 + 1));
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByText('超过上限 1.0 MB').waitFor();

    await chooseFile('a.csv', 'a,b\n');
    await page.getByLabel('年份').fill('1850');
    server.state.failWith = new Error('inside');
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByText('服务内部错误，已记入日志').waitFor();

    server.state.failWith = undefined;
    await page.route('**/api/v1/uploads', (route) => route.abort());
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByText('连不上服务').waitFor();
    faults = faults.filter((fault) => !fault.includes('net::ERR_FAILED'));
    await page.unroute('**/api/v1/uploads');

    await page.evaluate("sessionStorage.setItem('cei-token', 'cei_gone')");
    await page.getByRole('link', { name: '目标一览' }).click();
    await page.getByText('令牌无效、已过期或已吊销').waitFor();
    expect(await page.evaluate("sessionStorage.getItem('cei-token')")).toBeNull();
  });

  test('lets a viewer look at uploads but not upload', async () => {
    await openPage(1024, 768);
    await signIn('viewer');
    await page.goto(`${server.url}/#upload`);
    await page.getByText('当前令牌只能查看').waitFor();
    expect(await page.getByLabel('数据文件').count()).toBe(0);
    await page.getByText('最近的上传').waitFor();
  });

  test('documents the interface without an outside address', async () => {
    await openPage(1440, 900);
    await page.goto(`${server.url}/docs`);
    await page.getByText('/api/v1/targets', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.locator('.modal-ux input').fill(tokenOf('uploader'));
    await page.locator('.modal-ux').getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.modal-ux').getByRole('button', { name: 'Close' }).click();
    await page.getByText('上传一个数据文件').click();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('a') });
    await page.screenshot({ path: path.join(pictures, 'docs.png') });
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('.live-responses-table').waitFor();
    expect(server.state.received.at(-1)?.options).toEqual({
      dryRun: false,
      overwrite: false,
      onError: 'reject-file',
    });
    expect(
      await page.locator('a[href^="http"]').evaluateAll((links) => links.map((link) => String(link))),
    ).toEqual([]);
  });
});
