import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ofKind } from './notifications.fixture.js';
import { messageCost, paceKey, paces, waitBeforeSending } from './pace.js';

const noonTen = Date.parse('2025-01-03T12:10:00+08:00');

describe('pace', () => {
  test('the nineteenth message of a minute waits for the first to be a minute old', () => {
    const history = Array.from({ length: 18 }, (_, n) => noonTen + n * 1000);
    expect(waitBeforeSending('dingtalk', history.slice(1), noonTen + 20_000)).toBe(0);
    expect(waitBeforeSending('dingtalk', history, noonTen + 20_000)).toBe(40_000);
    expect(waitBeforeSending('wecom', history, noonTen + 20_000, { cost: 2 })).toBe(41_000);
    expect(waitBeforeSending('email', history, noonTen + 20_000)).toBe(0);
  });

  test('飞书 waits within a second, and behind the full and the half hour', () => {
    expect(
      waitBeforeSending(
        'feishu',
        [0, 100, 200, 300].map((ms) => noonTen + ms),
        noonTen + 400,
      ),
    ).toBe(600);
    const full = Date.parse('2025-01-03T12:30:00+08:00');
    expect(waitBeforeSending('feishu', [], full)).toBe(3000);
    expect(waitBeforeSending('feishu', [], full + 1000, { random: 0.5 })).toBe(3500);
    expect(waitBeforeSending('feishu', [], full + 3000)).toBe(0);
    expect(waitBeforeSending('feishu', [], full - 1)).toBe(0);
    expect(waitBeforeSending('dingtalk', [], full)).toBe(0);
  });

  test('whoever waits as told never exceeds a limit of the provider', () => {
    const limits = {
      dingtalk: [[20, 60_000]],
      wecom: [[20, 60_000]],
      feishu: [
        [100, 60_000],
        [5, 1000],
      ],
    } as const;
    const step = fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 2 }));
    const type = fc.constantFrom('dingtalk' as const, 'wecom' as const, 'feishu' as const);
    fc.assert(
      fc.property(type, fc.array(step, { maxLength: 150 }), (channel, steps) => {
        const sent: number[] = [];
        let now = noonTen;
        for (const [gap, cost] of steps) {
          now += gap;
          now += waitBeforeSending(channel, sent, now, { cost });
          expect(waitBeforeSending(channel, sent, now, { cost })).toBe(0);
          for (let n = 0; n < cost; n += 1) sent.push(now);
        }
        for (const [count, spanMs] of limits[channel]) {
          for (const end of sent) {
            expect(sent.filter((time) => time > end - spanMs && time <= end).length).toBeLessThanOrEqual(
              count,
            );
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(Object.keys(paces)).toEqual(Object.keys(limits));
  });

  test('a call of people costs 企业微信 a second message', () => {
    const url = 'https://robot.example/?key=1';
    const quiet = { type: 'wecom' as const, url, mobiles: [], userIds: [] };
    const calling = { ...quiet, mobiles: ['13800000001'] };
    expect(messageCost(quiet, ofKind.firing)).toBe(1);
    expect(messageCost(calling, ofKind.firing)).toBe(2);
    expect(messageCost(calling, ofKind.resolved)).toBe(1);
  });

  test('channels of one robot share a key that does not tell its address', () => {
    const url = 'https://robot.example/?key=secret-key';
    const one = paceKey({ type: 'wecom', url, mobiles: [], userIds: [] });
    expect(one).toBe(paceKey({ type: 'wecom', url, mobiles: ['13800000001'], userIds: [] }));
    expect(one).not.toBe(paceKey({ type: 'wecom', url: `${url}2`, mobiles: [], userIds: [] }));
    expect(one).not.toContain('secret');
    expect(paceKey({ type: 'inbox' })).toBeUndefined();
  });
});
