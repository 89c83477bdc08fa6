import { expect, test } from '@jest/globals';
import { reportOf } from './fakeServices.fixture.js';
import { describePage, hostile, openPage, page, server, shoot, signIn } from './page.fixture.js';
import type { SuspectRow } from './services/quality.js';

const suspect: SuspectRow = {
  family: 'air_hour',
  site: 'air-1',
  siteName: '城市建成区',
  time: '2025-09-30T01:00:00+08:00',
  indicator: 'pm25',
  value: 900,
  unit: 'µg/m³',
  rules: ['jump'],
  explanation: hostile,
  around: [{ time: '2025-09-30T00:00:00+08:00', value: 30 }],
  origin: 'upload 12',
  review: 'open',
  reviewedBy: null,
  reviewedAt: null,
  reason: null,
};

describePage('the screens of the page', () => {
  test('lets a viewer look at everything and change nothing, saying which role may', async () => {
    server.state.suspects = [suspect];
    await openPage(1024, 768);
    await signIn('viewer');
    await page.goto(`${server.url}/#upload`);
    await page.getByText('当前令牌只能查看').waitFor();
    expect(await page.getByLabel('数据文件').count()).toBe(0);
    expect(await page.getByRole('link', { name: '令牌' }).count()).toBe(0);
    await page.getByRole('link', { name: '上传记录' }).click();
    await page.getByRole('button', { name: /^查看/ }).click();
    await page.getByText('撤销上传需要“上传”及以上权限').waitFor();
    await page.getByRole('link', { name: '存疑数据' }).click();
    await page.getByText('审核需要“审核”及以上权限').waitFor();
    await page.getByText('突变').last().waitFor();
    expect(await page.getByRole('button', { name: /^审核/ }).count()).toBe(0);
    await page.getByRole('link', { name: '沙尘时段' }).click();
    await page.getByText('沙尘 1 号').waitFor();
    expect(await page.getByRole('button', { name: /登记|更正|删除/ }).count()).toBe(0);
    await page.goto(`${server.url}/#tokens`);
    await page.getByText('管理令牌需要“管理员”及以上权限').waitFor();
  });

  test('undoes an upload after showing what that would do', async () => {
    server.state.undoAnswer = {
      values: { removed: 3, restored: 2, kept: 1 },
      changedLater: {
        total: 1,
        items: [
          {
            kind: 'value',
            family: 'air_hour',
            site: hostile,
            time: '2025-09-30T01:00:00+08:00',
            indicator: 'pm25',
            given: '31',
            stored: '33',
            origin: 'upload 14',
            by: '李（o）',
            at: '2025-10-02T08:00:00+08:00',
          },
        ],
      },
    };
    await openPage(360, 800);
    await signIn('reviewer');
    await page.getByRole('link', { name: '上传记录' }).click();
    await page.getByRole('button', { name: /^查看/ }).click();
    await page.getByRole('button', { name: '看看会撤销什么' }).click();
    expect(server.state.undone).toEqual([]);
    await page.getByLabel('撤销的原因').fill('传错了文件');
    await page.getByRole('button', { name: '看看会撤销什么' }).click();
    await page.getByText('移除 3 个，恢复原值 2 个，保持现状 1 个').waitFor();
    await page.getByText('upload 14').waitFor();
    await page.getByRole('button', { name: '确认撤销' }).click();
    expect(server.state.undone.map(({ dryRun }) => dryRun)).toEqual([true]);
    await page.getByLabel('明白：后来改过的 1 处保持现状').check();
    await shoot('phone-undo');
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    server.state.uploads = [
      reportOf({ undone: { at: '2025-10-03T08:00:00+08:00', by: '王', reason: '传错了文件' } }),
    ];
    await page.getByRole('button', { name: '确认撤销' }).click();
    await page.getByRole('heading', { name: '已撤销' }).waitFor();
    expect(server.state.undone.at(-1)).toEqual({
      id: '12',
      reason: '传错了文件',
      dryRun: false,
      confirm: true,
    });
    expect(await page.getByLabel('撤销的原因').count()).toBe(0);
  });

  test('lets uploaders undo what is theirs only', async () => {
    await openPage(1024, 768);
    await signIn('uploader');
    await page.getByRole('link', { name: '上传记录' }).click();
    await page.getByRole('button', { name: /^查看/ }).click();
    await page.getByText('这不是您的上传').waitFor();
    server.state.uploads = [reportOf({ uploadedBy: 'uploader-name（o）' })];
    await page.getByRole('button', { name: /^查看/ }).click();
    await page.getByLabel('撤销的原因').waitFor();
  });

  test('has a reviewer answer a suspicious value with a reason', async () => {
    server.state.suspects = [suspect];
    await openPage(360, 800);
    await signIn('reviewer');
    await page.getByRole('link', { name: '存疑数据' }).click();
    await page.getByRole('button', { name: /^审核 城市建成区/ }).click();
    await page.getByLabel('审核结论').selectOption('invalid');
    await page.getByLabel('理由').fill('仪器故障');
    await page.getByRole('button', { name: '看看涉及什么' }).click();
    await page.getByText('涉及的目标：PM2.5 年均浓度').waitFor();
    await shoot('phone-suspects');
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await page.getByRole('button', { name: '确认标为无效' }).click();
    await page.getByText('已标为无效').waitFor();
    const asked = {
      site: 'air-1',
      family: 'air_hour',
      indicator: 'pm25',
      time: '2025-09-30T01:00:00+08:00',
      flag: 'invalid',
      reason: '仪器故障',
    };
    expect(server.state.flagged).toMatchObject([
      { ...asked, dryRun: true },
      { ...asked, dryRun: false },
    ]);
  });

  test('hands out the template of an office for a year', async () => {
    await openPage(360, 800);
    await signIn('viewer');
    await page.getByRole('link', { name: '报送表' }).click();
    await page.getByText('2025 年报送表').waitFor();
    await page.getByLabel('年份').fill('2024');
    await page.getByLabel('年份').press('Tab');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '下载 农业农村局 2024 年报送表' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('报送表_农业农村局_2024.xlsx');
  });

  test('explains what a device sent, and takes the lines in again', async () => {
    const sent: { url: string; body: unknown }[] = [];
    await openPage(360, 800);
    page.on('request', (request) => {
      if (['PUT', 'POST'].includes(request.method()))
        sent.push({ url: new URL(request.url()).pathname, body: request.postDataJSON() });
    });
    await signIn('reviewer');
    await page.getByRole('link', { name: '设备来件' }).click();
    await page.getByText('没有登记的站点“X9”').waitFor();
    await page.getByRole('button', { name: '说明 X9' }).click();
    await page.getByLabel('“X9”是哪个点位').selectOption('air-1');
    await page.getByRole('button', { name: '记下并重新取入' }).click();
    expect(sent).toEqual([]);
    await page.getByLabel('原因').fill('厂家编号');
    await page.getByRole('button', { name: '记下并重新取入' }).click();
    await page.getByText('已取入 1 行').waitFor();
    await shoot('phone-devices');
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(sent).toEqual([
      {
        url: '/api/v1/device-sources/air-station',
        body: {
          definition: expect.objectContaining({ sites: { X9: 'air-1' }, measurements: ['air'] }),
          reason: '厂家编号',
        },
      },
      {
        url: '/api/v1/quarantine/replay',
        body: { code: 'device-unknown-site', measurement: 'air', subject: 'X9', reason: '厂家编号' },
      },
    ]);
    await page.getByRole('button', { name: '丢弃 X9' }).click();
    await page.getByLabel('原因').fill('试验数据');
    await page.getByRole('button', { name: '确认丢弃' }).click();
    await page.getByText('已丢弃 1 行。').waitFor();
  });

  test('declares, corrects and deletes dust periods in Beijing time', async () => {
    const sent: { method: string; body: unknown }[] = [];
    await openPage(360, 800);
    page.on('request', (request) => {
      if (request.url().includes('dust-periods') && request.method() !== 'GET') {
        sent.push({ method: request.method(), body: request.postDataJSON() });
      }
    });
    await signIn('reviewer');
    await page.getByRole('link', { name: '沙尘时段' }).click();
    await page.getByRole('button', { name: '登记沙尘时段' }).click();
    await page.getByLabel('开始（北京时间）').fill('2025-04-01T08:00');
    await page.getByLabel('结束（北京时间，不含）').fill('2025-04-02T14:00');
    await page.getByLabel('认定文号').fill('沙尘 2 号');
    await page.getByRole('button', { name: '登记', exact: true }).click();
    await page.getByText('已登记。').waitFor();
    await page.getByRole('button', { name: /^更正 沙尘 1 号/ }).click();
    expect(await page.getByLabel('开始（北京时间）').inputValue()).toBe('2025-03-05T08:00');
    await page.getByRole('button', { name: '保存更正' }).click();
    expect(sent).toHaveLength(1);
    await page.getByLabel('更正的原因').fill('文号更正');
    await page.getByRole('button', { name: '保存更正' }).click();
    await page.getByText('已更正。').waitFor();
    await page.getByRole('button', { name: /^删除 沙尘 1 号/ }).click();
    await page.getByLabel('删除的原因').fill('重复登记');
    await page.getByRole('button', { name: '确认删除' }).click();
    await page.getByText('已删除').first().waitFor();
    await shoot('phone-dust');
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(sent).toEqual([
      {
        method: 'POST',
        body: {
          start: '2025-04-01T08:00:00+08:00',
          end: '2025-04-02T14:00:00+08:00',
          document: '沙尘 2 号',
          note: '',
        },
      },
      {
        method: 'PATCH',
        body: expect.objectContaining({ start: '2025-03-05T08:00:00+08:00', reason: '文号更正' }),
      },
      { method: 'DELETE', body: { reason: '重复登记' } },
    ]);
  });

  test('shows a new token once and takes tokens back; sites with their history', async () => {
    await openPage(360, 800);
    await signIn('admin');
    await page.getByRole('link', { name: '令牌' }).click();
    await page.getByLabel('姓名').fill('李文员');
    await page.getByLabel('单位').fill('水务局');
    await page.getByLabel('角色').selectOption('uploader');
    await page.getByLabel('有效期至').fill('2026-12-31');
    await page.getByRole('button', { name: '新建', exact: true }).click();
    expect(await page.getByLabel('新令牌').inputValue()).toBe('cei_new');
    await page.getByRole('button', { name: '已交给本人，关闭' }).click();
    expect(await page.getByLabel('新令牌').count()).toBe(0);
    await page.getByRole('button', { name: /^吊销/ }).click();
    await page.getByRole('button', { name: '确认吊销' }).click();
    await page.getByText('已吊销。').waitFor();

    await page.getByRole('link', { name: '点位', exact: true }).click();
    await page.getByLabel('名称、别名或编码').fill('没有');
    await page.getByText('没有这样的点位').waitFor();
    await page.getByLabel('名称、别名或编码').fill('建成');
    await page.getByRole('button', { name: /沿革/ }).click();
    await page.getByRole('heading', { name: '城市建成区（air-1）' }).waitFor();
    await page.getByText('没有登记过名称变更').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  });
});
