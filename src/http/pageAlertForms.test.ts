import { expect, jest, test } from '@jest/globals';
import { fakeAlerting, fakeAlerts, fakeRule } from './fakeAlerts.fixture.js';
import { fakeDelivery } from './fakeDelivery.fixture.js';
import { tokenOf } from './fakeServices.fixture.js';
import { describePage, hostile, openPage, page, server, shoot } from './page.fixture.js';
import { waitFor } from './waitFor.fixture.js';

async function enterAs(role: string, view: string, width = 390, height = 844): Promise<void> {
  await openPage(width, height);
  await page.evaluate(`sessionStorage.setItem('cei-token', '${tokenOf(role)}')`);
  await page.goto(`${server.url}/alerts.html#${view}`);
}

const isNarrowEnough = () => page.evaluate('document.documentElement.scrollWidth <= window.innerWidth');

describePage('the forms of alerting', () => {
  test.each([
    ['phone', 390, 844],
    ['desktop', 1366, 768],
  ])(
    'an administrator changes a rule; what is wrong is said at its field, on a %s',
    async (name, width, height) => {
      const put = jest.spyOn(fakeAlerting.rules, 'put');
      try {
        await enterAs('admin', 'rules', width, height);
        await page.getByText('小时 AQI 高于 150').waitFor();
        await page.getByRole('button', { name: '打开规则 小时 AQI 偏高' }).click();
        await page.getByRole('button', { name: '修改', exact: true }).click();
        await page.getByLabel('阈值').fill('一百');
        await page.getByLabel('持续几小时才报').fill('-1');
        await page.getByRole('button', { name: '保存' }).click();
        await page.getByText('没有保存：有').waitFor();
        expect(await page.getByLabel('阈值').getAttribute('aria-invalid')).toBe('true');
        expect(await page.getByText('应为十进制数（文本）').count()).toBeGreaterThan(0);
        expect(await page.getByText('应不小于 0').isVisible()).toBe(true);
        expect(await page.getByText('不能空着').isVisible()).toBe(true);
        expect(put).not.toHaveBeenCalled();
        expect(await isNarrowEnough()).toBe(true);
        await shoot(`${name}-rule-form`);
        await page.getByLabel('阈值').fill('160');
        await page.getByLabel('持续几小时才报').fill('3');
        await page.getByRole('button', { name: '加一级' }).click();
        await page.getByLabel('阈值').nth(1).fill('300');
        await page.getByLabel('修改理由（必填）').fill('试行');
        await page.getByRole('button', { name: '先回测这样改' }).click();
        await page.getByRole('button', { name: '开始回测' }).click();
        await page.getByText('不会报警。').waitFor();
        await page.getByRole('button', { name: '保存' }).click();
        await page.getByText('已保存为第 2 版').waitFor();
        expect(put.mock.calls.map(([, rule, change]) => [rule, change])).toEqual([
          [
            {
              ...fakeRule,
              forHours: 3,
              levels: [
                { severity: 'notice', threshold: '160', clear: '140' },
                { severity: 'critical', threshold: '300' },
              ],
            },
            { reason: '试行', basedOn: 1 },
          ],
        ]);
        await page.getByRole('button', { name: '历次修改' }).click();
        await page.getByText('第 1 版', { exact: true }).first().waitFor();
      } finally {
        put.mockRestore();
      }
    },
  );

  test('who may not change has no such buttons', async () => {
    await enterAs('viewer', 'rules');
    await page.getByRole('button', { name: '打开规则 小时 AQI 偏高' }).click();
    await page.getByText('修改规则需要“管理员”权限').waitFor();
    expect(await page.getByRole('button', { name: '修改', exact: true }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /回测/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: '渠道' }).isVisible()).toBe(false);
    await page.goto(`${server.url}/alerts.html#silences`);
    await page.getByText('设置和结束需要“运维”及以上权限').waitFor();
    expect(await page.getByRole('button', { name: '新建静默' }).count()).toBe(0);
    await page.goto(`${server.url}/alerts.html#channels`);
    await page.getByText('查看渠道需要').waitFor();
  });

  test('an operator sets a silence by several conditions', async () => {
    fakeAlerts.silenced.length = 0;
    await enterAs('operator', 'silences');
    await page.getByText('更换仪器').waitFor();
    await page.getByRole('button', { name: '新建静默' }).click();
    await page.getByLabel('项目').selectOption('office');
    await page.getByLabel('值（代码）').fill('ecology');
    await page.getByLabel('理由').fill('检修');
    await page.getByRole('button', { name: '再加一个条件' }).click();
    await page.getByLabel('值（代码）').nth(1).fill('air-*');
    await page.getByLabel('关系').nth(1).selectOption('=~');
    await page.getByLabel('结束（北京时间）').fill('2099-01-02T03:04');
    await page.getByRole('button', { name: '设置' }).click();
    await page.getByText('它管到 1 项').waitFor();
    expect(fakeAlerts.silenced).toEqual([
      {
        kind: 'silence',
        titleZh: '',
        matchers: [
          { label: 'office', op: '=', value: 'ecology' },
          { label: 'site', op: '=~', value: 'air-*' },
        ],
        reason: '检修',
        endsAt: '2099-01-02T03:04:00+08:00',
      },
    ]);
    expect(await isNarrowEnough()).toBe(true);
  });

  test.each([
    ['phone', 390, 844],
    ['desktop', 1366, 768],
  ])(
    'the routes stand in a table, are changed one by one and tried out, on a %s',
    async (name, width, height) => {
      const put = jest.spyOn(fakeAlerting.routing, 'put');
      try {
        await enterAs('admin', 'routing', width, height);
        await page.getByText('这些渠道还没有建：water').waitFor();
        await page.getByRole('button', { name: '试一试：这样的告警发给谁' }).click();
        await page.getByRole('button', { name: '看看发给谁' }).click();
        await page.getByText('未建，改发根渠道').waitFor();
        await page.getByRole('button', { name: '修改路线 水务局' }).click();
        await page.getByLabel('第一条等几分钟合并').fill('很久');
        await page.getByLabel('理由（必填）').fill('试行');
        await page.getByRole('button', { name: '保存' }).click();
        await page.getByText('应为数字').waitFor();
        await shoot(`${name}-route-form`);
        await page.getByLabel('第一条等几分钟合并').fill('5');
        await page.getByLabel('值班群').check();
        await page.getByLabel('有没有').selectOption('own');
        await page.getByRole('button', { name: '保存' }).click();
        await page.getByText('已保存为第 2 版').waitFor();
        expect(put.mock.calls.map(([, { root }, change]) => [root, change])).toEqual([
          [
            expect.objectContaining({
              name: '全部',
              routes: [
                expect.objectContaining({
                  name: '水务局',
                  channels: ['ecology', 'water'],
                  groupWaitMinutes: 5,
                  quietHours: { from: '22:00', to: '07:00', holdBelow: 'critical' },
                }),
              ],
            }),
            { reason: '试行', basedOn: 1 },
          ],
        ]);
        expect(await isNarrowEnough()).toBe(true);
      } finally {
        put.mockRestore();
      }
    },
  );

  test('what is wrong with a level of escalation is said at that level, also after another was taken away', async () => {
    const put = jest.spyOn(fakeAlerting.routing, 'put');
    try {
      await enterAs('admin', 'routing');
      await page.getByRole('button', { name: '修改路线 水务局' }).click();
      await page.getByLabel('升级', { exact: true }).selectOption('own');
      const hours = page.getByLabel('几个工作小时无人确认');
      for (const [index, words] of ['先报', '再报', '后报'].entries()) {
        await page.getByRole('button', { name: '加一级升级' }).click();
        await hours.nth(index).fill(String(index + 1));
        await page.getByLabel('说明').nth(index).fill(words);
        await page.locator('.level').nth(index).getByLabel('值班群').check();
      }
      await page.getByRole('button', { name: '去掉' }).nth(0).click();
      await hours.nth(1).fill('');
      await page.getByLabel('理由（必填）').fill('试行');
      await page.getByRole('button', { name: '保存' }).click();
      await page.getByText('应为数字').waitFor();
      expect(await hours.nth(0).getAttribute('aria-invalid')).toBeNull();
      expect(await hours.nth(1).getAttribute('aria-invalid')).toBe('true');
      expect(put).not.toHaveBeenCalled();
      await hours.nth(1).fill('8');
      await page.getByRole('button', { name: '保存' }).click();
      await page.getByText('已保存为第 2 版').waitFor();
      expect(put.mock.calls[0]![1].root.routes[0]!.escalation).toEqual([
        { afterWorkingHours: 2, channels: ['ecology'], noteZh: '再报' },
        { afterWorkingHours: 8, channels: ['ecology'], noteZh: '后报' },
      ]);
    } finally {
      put.mockRestore();
    }
  });

  test('channels of each kind are made and tested; secrets are asked for and never shown', async () => {
    const create = jest.spyOn(fakeDelivery.channels, 'create');
    const types = jest.spyOn(fakeDelivery.channels, 'types').mockReturnValue([
      ...fakeDelivery.channels.types(),
      {
        type: 'dingtalk',
        nameZh: '钉钉群机器人',
        aboutZh: hostile,
        settings: [
          { name: 'url', aboutZh: '机器人的地址', secret: true },
          { name: 'secret', aboutZh: '加签密钥', secret: true },
          { name: 'mobiles', aboutZh: '手机号', secret: false },
        ],
      },
    ]);
    try {
      await enterAs('admin', 'channels');
      await page.getByText('地址已设置').waitFor();
      await page.getByRole('button', { name: '测试渠道 值班群' }).click();
      await page.getByText('测试消息已送达').waitFor();
      await page.getByRole('button', { name: '修改渠道 值班群' }).click();
      expect(await page.getByLabel('地址', { exact: true }).inputValue()).toBe('');
      await page.getByText('已设置，不填则保留').waitFor();
      await page.getByRole('button', { name: '取消' }).click();
      await page.getByRole('button', { name: '新建渠道' }).click();
      await page.getByLabel('类型').selectOption('dingtalk');
      await page.getByLabel('名称').fill('夜班群');
      const url = page.getByLabel('地址', { exact: true });
      expect(await url.getAttribute('type')).toBe('password');
      await url.fill('不是地址');
      await page.getByLabel('@ 手机号').fill('13800000000\n13900000000');
      await page.getByLabel('理由（必填）').fill('新建');
      await page.getByRole('button', { name: '保存' }).click();
      await page.getByText('不是网址').waitFor();
      await url.fill('https://oapi.dingtalk.com/robot/send?access_token=t');
      await page.getByRole('button', { name: '保存' }).click();
      await waitFor(() => create.mock.calls.length === 1);
      expect(create.mock.calls.map(([, input]) => input)).toEqual([
        {
          name: '夜班群',
          settings: {
            type: 'dingtalk',
            url: 'https://oapi.dingtalk.com/robot/send?access_token=t',
            mobiles: ['13800000000', '13900000000'],
            userIds: [],
          },
          disabled: false,
          reason: '新建',
        },
      ]);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(await isNarrowEnough()).toBe(true);
    } finally {
      create.mockRestore();
      types.mockRestore();
    }
  });

  test('private addresses are listed, allowed and ended', async () => {
    const add = jest.spyOn(fakeDelivery.allowances, 'add');
    const remove = jest.spyOn(fakeDelivery.allowances, 'remove');
    try {
      await enterAs('admin', 'channels');
      await page.getByText('允许渠道访问的内网地址').click();
      await page.getByText('县政务网').waitFor();
      await page.getByLabel('网段、地址或主机').fill('10.2.0.0/16');
      await page.getByLabel('为什么允许').fill('邮件服务器');
      await page.getByRole('button', { name: '允许', exact: true }).click();
      await waitFor(() => add.mock.calls.length === 1);
      expect(add.mock.calls[0]!.slice(1)).toEqual(['10.2.0.0/16', '邮件服务器']);
      await page.getByRole('button', { name: '不再允许 10.1.0.0/16' }).click();
      await page.getByLabel('不再允许的理由').fill('不用了');
      await page.getByRole('button', { name: '确认', exact: true }).click();
      await waitFor(() => remove.mock.calls.length === 1);
      expect(remove.mock.calls[0]!.slice(1)).toEqual([1, '不用了']);
      expect(await isNarrowEnough()).toBe(true);
    } finally {
      add.mockRestore();
      remove.mockRestore();
    }
  });

  test('a note is written to an alert', async () => {
    const note = jest.spyOn(fakeAlerting.alerts, 'note');
    try {
      await enterAs('operator', 'firing');
      const card = page.locator('[data-alert="ab12"]');
      await card.getByRole('button', { name: '写备注' }).click();
      await card.getByLabel('备注').fill('已派人去看');
      await card.getByRole('button', { name: '保存备注' }).click();
      await waitFor(() => note.mock.calls.length === 1);
      expect(note.mock.calls.map(([, ...said]) => said)).toEqual([['ab12', '已派人去看']]);
    } finally {
      note.mockRestore();
    }
  });
});
