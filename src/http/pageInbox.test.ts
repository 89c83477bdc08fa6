import { expect, test } from '@jest/globals';
import { fakeMessage } from './fakeDelivery.fixture.js';
import { tokenOf } from './fakeServices.fixture.js';
import { describePage, forgive, hostile, openPage, page, server, shoot } from './page.fixture.js';

const receivedAt = '2025-10-01T00:00:00.000Z';

describePage('the inbox', () => {
  test.each([
    ['phone', 390, 844],
    ['desktop', 1440, 900],
  ])('asks for the token and shows messages as cards on a %s', async (name, width, height) => {
    await openPage(width, height);
    await page.goto(`${server.url}/inbox.html`);
    await page.getByLabel('访问令牌').fill('cei_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('令牌无效、已过期或已吊销').waitFor();
    await page.getByLabel('访问令牌').fill(tokenOf('operator'));
    await page.getByRole('button', { name: '进入' }).click();
    await page.getByRole('heading', { name: '总磷超标', exact: true }).waitFor();
    for (const words of [
      '【报警】警告',
      '清水河入黄口',
      '0.35 mg/L',
      '超出 0.05 mg/L',
      '责任单位：水务局',
      '编号 k-1',
    ])
      expect(await page.getByText(words).first().isVisible()).toBe(true);
    expect(await page.getByRole('link', { name: '确认收到' }).getAttribute('href')).toBe(
      fakeMessage.acknowledgeLink,
    );
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await shoot(`${name}-inbox`);
  });

  test('new messages come by themselves above the others; markup and strange links stay text', async () => {
    const items = [{ id: '3', channelName: '示例收件箱', receivedAt, notification: fakeMessage }];
    try {
      await openPage(390, 844);
      // What the service itself would not send: links that are no pages.
      await page.route('**/api/v1/inbox', (route) => route.fulfill({ json: { items, next: null } }));
      await page.evaluate(`sessionStorage.setItem('cei-token', '${tokenOf('viewer')}')`);
      await page.goto(`${server.url}/inbox.html`);
      await page.locator('[data-id="3"]').waitFor();
      items.unshift({
        id: '10',
        channelName: hostile,
        receivedAt,
        notification: {
          ...fakeMessage,
          titleZh: hostile,
          notesZh: [hostile],
          kind: 'resolved',
          link: 'javascript:window.hacked=1',
        },
      });
      await page.locator('[data-id="10"]').waitFor();
      expect(await page.locator('article').first().getAttribute('data-id')).toBe('10');
      expect(await page.locator('article').count()).toBe(2);
      expect(await page.locator('main img, main script, a[href^="javascript"]').count()).toBe(0);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
    } finally {
      forgive('401');
    }
  });
});
