import { expect, test } from '@jest/globals';
import { readNetworkTarget } from './networkTarget.js';

test.each([
  ['10.0.0.0/8', '10.0.0.0/8'],
  [' 10.1.2.3 ', '10.1.2.3'],
  ['192.168.1.128/25', '192.168.1.128/25'],
  ['127.0.0.1/32', '127.0.0.1/32'],
  ['FD00::/8', 'fd00::/8'],
  ['::1', '::1'],
  ['fd12:3456:789a:1:0:0:0:1', 'fd12:3456:789a:1:0:0:0:1'],
  ['SMTP.county.example', 'smtp.county.example'],
  ['mail-1', 'mail-1'],
])('%s is listed as %s', (text, target) => {
  expect(readNetworkTarget(text)).toEqual({ target });
});

test.each([
  ['0.0.0.0/0', '太大'],
  ['8.0.0.0/7', '太大'],
  ['::/0', '太大'],
  ['10.1.2.3/8', '非零位'],
  ['fd00::1/64', '非零位'],
  ['10.0.0.0/33', '前缀长度'],
  ['10.0.0.0/', '前缀长度'],
  ['10.0.0.0/-1', '前缀长度'],
  ['10.0.0.0/8/8', '不是'],
  ['10.0.0', '不是'],
  ['10.0.0.256', '不是'],
  ['010.0.0.1', '不是'],
  ['1:2:3', '不是'],
  ['1::2::3', '不是'],
  ['1:2:3:4:5:6:7::8', '不是'],
  ['fe80::1%eth0', '不是'],
  ['*.county.example', '不是'],
  ['http://10.0.0.1', '不是'],
  ['host/8', '不是'],
  ['', '不是'],
])('%j is refused: %s', (text, words) => {
  expect(readNetworkTarget(text)).toMatchObject({ problemZh: expect.stringContaining(words) as unknown });
});
