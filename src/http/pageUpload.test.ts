import { expect, test } from '@jest/globals';
import { DomainError } from '../domain/domainError.js';
import {
  chooseFile,
  describePage,
  forgive,
  hostile,
  openPage,
  page,
  server,
  shoot,
  signIn,
} from './page.fixture.js';

const trialToken = `t1${'a'.repeat(80)}`;
describePage('the page for uploads', () => {
  test.each([
    ['phone', 360, 800],
    ['desktop', 1920, 1080],
  ])('takes a file through trial, faults, overwriting and storing on a %s', async (name, width, height) => {
    await openPage(width, height);
    await signIn('uploader');
    await page.getByRole('link', { name: '上传数据' }).click();
    await page.getByRole('heading', { name: '上传数据' }).waitFor();
    expect(await page.getByRole('button', { name: '提交', exact: true }).count()).toBe(0);
    await shoot(`${name}-upload`);
    await chooseFile('空气 9月.csv', '时间,PM2.5\n2025-09-30 01:00,31\n');

    server.state.judge = (_text, options) => ({
      status: options.dryRun ? 'dry-run' : 'rejected',
      id: options.dryRun ? null : '12',
      token: options.dryRun ? trialToken : null,
      options: { onError: options.onError },
      faultCount: 250,
      rows: { read: 24, new: 22, unchanged: 0, changed: 0, rejected: 2, duplicate: 0 },
      values: { new: 22, unchanged: 0, changed: 0 },
      faults: [
        {
          sheet: '九月',
          line: 3,
          column: '站点',
          value: '建城区',
          code: 'site-unknown',
          message: '没有登记过的点位（相近的有：建成区）',
          mend: '改成已登记的名称',
        },
        { line: 4, column: hostile, value: hostile, code: 'x', message: hostile, mend: hostile },
      ],
    });
    await page.getByRole('button', { name: '试读' }).click();
    await page.getByRole('heading', { name: '有 250 处问题，还没有写入' }).waitFor();
    expect(await page.getByText('问题（共 250 处，列出前 2 处）').isVisible()).toBe(true);
    expect(await page.getByText('九月').isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: '提交', exact: true }).count()).toBe(0);
    expect(server.state.received.at(-1)?.options.dryRun).toBe(true);
    await shoot(`${name}-faults`);

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '下载标注了错误原因的原文件' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('错误原因_空气 9月.csv');
    expect(server.state.received.at(-1)?.options).toMatchObject({ dryRun: false, token: trialToken });
    await page.getByRole('button', { name: '跳过有问题的行，再试读' }).click();
    await page.getByRole('heading', { name: '有问题的行将跳过' }).waitFor();
    expect(await page.getByRole('button', { name: '提交', exact: true }).isVisible()).toBe(true);

    await chooseFile('空气 9月.csv', '时间,PM2.5\n2025-09-30 01:00,31\n');
    const change = {
      line: 2,
      site: '城市建成区',
      time: '2025-09-29T16:00:00.000Z',
      indicator: 'pm25',
      stored: '30',
      file: '31',
    };
    server.state.judge = (_text, options) => ({
      token: options.dryRun ? trialToken : null,
      values: { new: 0, unchanged: 23, changed: 1 },
      rows: { read: 24, new: 0, unchanged: 23, changed: 1, rejected: 0, duplicate: 0 },
      changes: [change],
      createdSites: [{ code: 'new-1', name: hostile, kind: 'township', near: ['河西镇'] }],
      impact: [
        {
          targetId: 19,
          name: 'PM2.5 年均浓度',
          before: { verdict: 'on-track', value: '31' },
          after: { verdict: 'missed', value: '35' },
        },
      ],
    });
    await page.getByRole('button', { name: '试读' }).click();
    await page.getByRole('heading', { name: '与已入库的数值不同' }).waitFor();
    // What was asked for one file does not hold for the next.
    expect(server.state.received.at(-1)?.options).toMatchObject({ dryRun: true, onError: 'reject-file' });
    expect(await page.getByText('未达标（35）').isVisible()).toBe(true);
    expect(await page.getByText('河西镇（若是同一个，请不要登记）').isVisible()).toBe(true);
    await shoot(`${name}-overwrite`);
    await page.getByLabel('覆盖的原因').fill('仪器校准');
    const sent = server.state.received.length;
    await page.getByRole('button', { name: '覆盖并提交' }).click();
    expect(server.state.received.length).toBe(sent);
    await page.getByLabel('已核对，用文件里的数覆盖库里的 1 个数值').check();
    await page.getByRole('button', { name: '覆盖并提交' }).click();
    await page.getByRole('heading', { name: '已写入' }).waitFor();
    expect(server.state.received.at(-1)?.options).toMatchObject({
      overwrite: true,
      reason: '仪器校准',
      dryRun: false,
      token: trialToken,
    });
    expect(await page.getByText('备注', { exact: true }).isVisible()).toBe(true);
    expect(await page.getByText('GB18030').isVisible()).toBe(true);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H3');
    await shoot(`${name}-stored`);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  test('commits what the trial showed, or says what changed since and tries again', async () => {
    await openPage(1024, 768);
    await signIn('uploader');
    await page.getByRole('link', { name: '上传数据' }).click();
    await chooseFile('a.csv', 'a,b\n');
    await page.getByText('更多选项').click();
    await page.getByLabel('年份').fill('2025');
    server.state.judge = (_text, options) => {
      if (options.dryRun) return { token: trialToken };
      throw new DomainError('stale-trial', {
        part: 'stored',
        reason: '文件涉及的已入库数值在试读之后变了',
        reasonEn: 'x',
      });
    };
    await page.getByRole('button', { name: '试读' }).click();
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByText('文件涉及的已入库数值在试读之后变了').waitFor();
    expect(server.state.received.at(-1)?.options).toMatchObject({ token: trialToken, year: 2025 });
    server.state.judge = (_text, options) => ({ token: options.dryRun ? trialToken : null });
    await page.getByRole('button', { name: '再试读' }).click();
    await page.getByRole('heading', { name: '试读完成' }).waitFor();

    // A trial with other options is not what would be stored now.
    await page.getByLabel('年份').fill('2024');
    await page.getByLabel('年份').press('Tab');
    await page.getByText('选项有改动，请再试读').waitFor();
    expect(await page.getByRole('button', { name: '提交', exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: '试读' }).click();
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByRole('heading', { name: '已写入' }).waitFor();
    expect(server.state.received.at(-1)?.options).toMatchObject({ token: trialToken, year: 2024 });
  });

  test('works several files off one after another, each by its own trial', async () => {
    await openPage(1024, 768);
    await signIn('uploader');
    await page.getByRole('link', { name: '上传数据' }).click();
    server.state.judge = (text, options) => ({
      token: options.dryRun ? trialToken.replace(/a$/, text.trim()) : null,
    });
    const files = ['1', '2'].map((text) => ({
      name: `${text}.csv`,
      mimeType: 'text/csv',
      buffer: Buffer.from(`${text}\n`),
    }));
    await page.getByLabel('数据文件').setInputFiles(files);
    await page.getByRole('button', { name: '试读（2 个文件）' }).click();
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByRole('button', { name: '下一个：2.csv' }).click();
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByText('✓ 已写入').nth(1).waitFor();
    const commits = server.state.received.filter(({ options }) => !options.dryRun);
    expect(commits.map(({ name, options }) => [name, options.token?.at(-1)])).toEqual([
      ['1.csv', '1'],
      ['2.csv', '2'],
    ]);
  });

  test('lets a person say what the columns are, and a reviewer keep it for the source', async () => {
    await openPage(360, 800);
    await signIn('reviewer');
    await page.getByRole('link', { name: '上传数据' }).click();
    await page.getByLabel('来源', { exact: true }).selectOption('air-1');
    await chooseFile('b.csv', 'x\n');
    const column = (position: number, header: string) => ({
      position,
      header,
      state: 'unclear' as const,
      role: null,
      indicator: null,
      unit: null,
      candidates: [{ role: 'item' as const, indicator: 'pm25', why: 'name' as const, similarTo: 'PM25' }],
      samples: [hostile],
    });
    server.state.judge = (_text, options) =>
      options.mapping
        ? { token: trialToken }
        : {
            layout: null,
            confidence: null,
            understanding: {
              headerLine: 1,
              layout: null,
              columnCount: 2,
              columns: [column(0, 'when'), column(1, 'P25')],
              missing: ['time'],
              suggestedMapping: null,
            },
            faultCount: 1,
            faults: [
              { line: 1, column: '', value: '', code: 'no-time-column', message: '找不到时间列', mend: '' },
            ],
          };
    await page.getByRole('button', { name: '试读' }).click();
    await page.getByRole('heading', { name: '没有认出这张表' }).waitFor();
    await page.getByRole('button', { name: '按这样读，再试读' }).click();
    await page.getByText('至少要给一列选好含义').waitFor();
    await page.getByLabel('when 的含义').selectOption('datetime');
    await page.getByLabel('P25 的含义').selectOption('item');
    await page.getByLabel('P25 的指标或点位').fill('PM2.5');
    await page.getByLabel('P25 的单位').fill('mg/m³');
    await page.getByLabel('提交时把这种读法保存给来源').check();
    await shoot('phone-mapping');
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await page.getByRole('button', { name: '按这样读，再试读' }).click();
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByRole('heading', { name: '已写入' }).waitFor();
    expect(server.state.received.at(-1)?.options).toMatchObject({
      token: trialToken,
      source: 'air-1',
      saveMapping: true,
      mapping: {
        header: true,
        columns: [
          { position: 0, role: 'datetime', header: 'when' },
          { position: 1, role: 'item', indicator: 'pm25', unit: 'mg/m³', header: 'P25' },
        ],
      },
    });
  });

  test('says in plain words what went wrong', async () => {
    await openPage(390, 844);
    await signIn('uploader');
    await page.getByRole('link', { name: '上传数据' }).click();
    await chooseFile('大.csv', 'x'.repeat(1024 * 1024 + 1));
    await page.getByRole('button', { name: '试读' }).click();
    await page.getByText('超过上限 1 MiB').waitFor();

    await chooseFile('a.csv', 'a,b\n');
    server.state.failWith = new Error('inside');
    await page.getByRole('button', { name: '试读' }).click();
    await page.getByText('服务内部错误，已记入日志').waitFor();

    server.state.failWith = undefined;
    await page.route('**/api/v1/uploads', (route) => route.abort());
    await page.getByRole('button', { name: '再试读' }).click();
    await page.getByText('连不上服务').waitFor();
    forgive('net::ERR_FAILED');
    await page.unroute('**/api/v1/uploads');

    await page.evaluate("sessionStorage.setItem('cei-token', 'cei_gone')");
    await page.getByRole('link', { name: '目标一览' }).click();
    await page.getByText('令牌无效、已过期或已吊销').waitFor();
    expect(await page.evaluate("sessionStorage.getItem('cei-token')")).toBeNull();
  });
});
