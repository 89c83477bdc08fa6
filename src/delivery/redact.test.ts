import { expect, test } from '@jest/globals';
import { redact } from './redact.js';

const url = 'https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef';

test.each([
  ['the whole address', `POST ${url} failed`],
  ['the address with more behind it', `${url}&timestamp=1&sign=x: 502`],
  ['its token alone', 'unknown token 0123456789abcdef.'],
  ['the address encoded', `redirect?to=${encodeURIComponent(url)}`],
  ['the request line', 'HTTP/1.1 /robot/send?access_token=0123456789abcdef'],
])('%s is hidden', (_name, text) => {
  const shown = redact(text, [url]);
  expect(shown).toContain('[…]');
  expect(shown).not.toContain('0123456789abcdef');
});

test('a password, a key and the last part of a hook are hidden, ordinary words stay', () => {
  expect(redact('535 login a.b with p+w/x failed', ['p+w/x'])).toBe('535 login a.b with […] failed');
  expect(redact(encodeURIComponent('p+w/x'), ['p+w/x'])).toBe('[…]');
  expect(redact(Buffer.from('SECabc').toString('base64'), ['SECabc'])).toBe('[…]');
  const hook = 'https://open.feishu.cn/open-apis/bot/v2/hook/1b2c3d4e-aaaa';
  expect(redact('hook 1b2c3d4e-aaaa invalid, open bot', [hook])).toBe('hook […] invalid, open bot');
  expect(redact('getaddrinfo ENOTFOUND open.feishu.cn', [hook, ''])).toBe(
    'getaddrinfo ENOTFOUND open.feishu.cn',
  );
});
