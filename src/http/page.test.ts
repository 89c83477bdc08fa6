import path from 'node:path';
import { expect, test } from '@jest/globals';
import { verdicts, verdictZh } from '../domain/verdict.js';
import { targetOf, tokenOf } from './fakeServices.fixture.js';
import { describePage, hostile, openPage, page, pictures, server, shoot, signIn } from './page.fixture.js';

describePage('the page', () => {
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

  test('tells how a target compares, what may still come and what is expected', async () => {
    server.state.targets = [
      targetOf({
        certainSince: '2025-09-01',
        yearOnYear: {
          from: '2024-01-01',
          through: '2024-09-30',
          value: '29',
          valueUnrounded: '29.1',
          used: 272,
          missing: 2,
          valid: true,
          difference: '2',
          differenceUnrounded: '2.01',
          changePercent: '6.9',
          keeping: null,
          reason: null,
        },
        allowed: {
          kind: 'mean',
          remaining: '46.21',
          remainingUnrounded: '46.2134',
          days: 95,
          daysToCome: 92,
          remainingIfMissingStay: null,
          words: '余下 95 天的剩余控制浓度为 46.21µg/m³',
        },
        projection: {
          method: 'same-window-bootstrap',
          years: [2024],
          value: '30.2',
          low: '29',
          high: '32',
          level: 80,
          keptPercent: 100,
          words: '预计全年 30.2，80% 区间 29–32',
        },
      }),
    ];
    await openPage(360, 800);
    await signIn('viewer');
    await page.getByText('同比 +2 µg/m³（+6.9%）').first().waitFor();
    await page.locator('details[data-id="19"] summary').click();
    for (const words of ['余下 95 天的剩余控制浓度', '预计全年 30.2，80% 区间 29–32', '2025-09-01']) {
      expect(await page.getByText(words).isVisible()).toBe(true);
    }
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
