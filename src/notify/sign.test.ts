import { describe, expect, test } from '@jest/globals';
import { signWebhook } from './sendWebhook.js';
import { signDingTalk, signFeishu } from './sign.js';

describe('signatures', () => {
  test('钉钉: the published example', () => {
    expect(encodeURIComponent(signDingTalk('this is secret', 1577262236757))).toBe(
      'hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D',
    );
  });

  test('飞书: the published example, which 钉钉 would sign otherwise', () => {
    expect(signFeishu('demo-secret', 1599360473)).toBe('3/MaVZ8JLIy4TUG+7KSFJqvUkTKd+HWY8g+56DZWq8s=');
    expect(signDingTalk('demo-secret', 1599360473)).not.toBe(signFeishu('demo-secret', 1599360473));
  });

  test('Standard Webhooks: the published example, and one signature for each key', () => {
    const example = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      epochMs: 1614265330_000,
      body: '{"test": 2432232314}',
    };
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const signed = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    expect(signWebhook([secret], example)).toBe(signed);
    const both = signWebhook([secret, `whsec_${Buffer.alloc(32, 7).toString('base64')}`], example).split(' ');
    expect(both).toHaveLength(2);
    expect(both[0]).toBe(signed);
  });
});
