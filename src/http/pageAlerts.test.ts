import { expect, test } from '@jest/globals';
import { alertOf, fakeAlerts } from './fakeAlerts.fixture.js';
import { tokenOf } from './fakeServices.fixture.js';
import { describePage, forgive, hostile, openPage, page, server, shoot } from './page.fixture.js';
import { waitFor } from './waitFor.fixture.js';

async function enterAs(role: string, width: number, height: number): Promise<void> {
  await openPage(width, height);
  await page.evaluate(`sessionStorage.setItem('cei-token', '${tokenOf(role)}')`);
  await page.goto(`${server.url}/alerts.html`);
}

describePage('the page of alerts', () => {
  test.each([
    ['phone', 390, 844],
    ['desktop', 1440, 900],
  ])('asks for the token and shows what fires by office on a %s', async (name, width, height) => {
    fakeAlerts.firing = [alertOf()];
    await openPage(width, height);
    await page.goto(`${server.url}/alerts.html`);
    await page.getByLabel('访问令牌').fill('cei_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('令牌无效、已过期或已吊销').waitFor();
    forgive('401');
    await page.getByLabel('访问令牌').fill(tokenOf('operator'));
    await page.getByRole('button', { name: '进入' }).click();
    await page.getByRole('heading', { name: '生态环境分局（警告 1）' }).waitFor();
    const card = page.locator('[data-alert="ab12"]');
    for (const words of ['【报警中】警告', '县城站', '212', '超出 12', '核对仪器和周边施工'])
      expect(await card.getByText(words).first().isVisible()).toBe(true);
    await page.locator('[data-dead="1"]').getByText('签名不匹配').waitFor();
    expect(await page.locator('[data-silence="1"]').getByText('更换仪器').isVisible()).toBe(true);
    expect(await page.locator('[data-alert="cd34"]').getByText('【已恢复】').isVisible()).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await shoot(`${name}-alerts`);
  });

  test('an operator acknowledges and silences; what happened opens below', async () => {
    fakeAlerts.firing = [alertOf()];
    fakeAlerts.acknowledged.length = 0;
    fakeAlerts.silenced.length = 0;
    await enterAs('operator', 390, 844);
    const card = page.locator('[data-alert="ab12"]');
    await card.getByRole('button', { name: '静默' }).click();
    await card.getByLabel('理由').fill('更换仪器');
    await card.locator('form').getByRole('button', { name: '静默' }).click();
    await waitFor(() => fakeAlerts.silenced.length === 1);
    expect(fakeAlerts.silenced[0]).toMatchObject({
      reason: '更换仪器',
      matchers: [
        { label: 'kind', op: '=', value: 'threshold' },
        { label: 'rule', op: '=', value: 'hourly-aqi' },
        { label: 'site', op: '=', value: 'air-1' },
      ],
    });
    await card.getByRole('button', { name: '确认', exact: true }).click();
    await card.getByRole('button', { name: '确认收到' }).click();
    await card.getByText('已由 王（局）').waitFor();
    expect(fakeAlerts.acknowledged).toEqual(['ab12']);
    expect(await card.getByRole('button', { name: '确认', exact: true }).count()).toBe(0);
    await card.getByText('经过').click();
    await card.getByText('王 设置静默').waitFor();
    await card.getByText('值班群：已送达').waitFor();
  });

  test('who only looks has no buttons; markup stays text', async () => {
    fakeAlerts.firing = [
      alertOf({ titleZh: hostile, valueZh: hostile, offices: [{ code: 'x', nameZh: hostile }] }),
    ];
    await enterAs('viewer', 390, 844);
    const card = page.locator('[data-alert="ab12"]');
    await card.waitFor();
    await page.getByText('运维人员可以查看和重发').waitFor();
    expect(await page.locator('main button').count()).toBe(0);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  test('the link of a message says what it is about and acknowledges by its button, once', async () => {
    fakeAlerts.used = false;
    await openPage(390, 844);
    await page.goto(`${server.url}/acknowledge?token=good`);
    expect(await page.getByText('【警告】小时 AQI 偏高').isVisible()).toBe(true);
    expect(fakeAlerts.used).toBe(false);
    await page.getByLabel('姓名').fill('张三');
    await page.getByRole('button', { name: '确认收到' }).click();
    await page.getByText('已确认收到').waitFor();
    expect(fakeAlerts.used).toBe(true);
    await page.goto(`${server.url}/acknowledge?token=good`);
    expect(await page.getByRole('alert').textContent()).toContain('已经用过');
    await page.goto(`${server.url}/acknowledge`);
    expect(await page.getByRole('alert').textContent()).toContain('链接无效');
  });
});
