import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { clientAddressOf, trustOf } from './clientAddress.js';

function requestOf(remoteAddress: string, forwarded?: string | string[]): IncomingMessage {
  return {
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage;
}

const trusts = trustOf(['127.0.0.1', '10.1.0.0/16', '::1']);

test.each([
  ['203.0.113.9', undefined, '203.0.113.9'],
  ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['::1', '2001:db8::7', '2001:db8::7'],
  // What a client writes into the header itself stands before what the proxy adds.
  ['127.0.0.1', '192.0.2.66, 198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', '192.0.2.66, 10.1.2.3', '192.0.2.66'],
  ['127.0.0.1', ['192.0.2.66', '198.51.100.1, 10.1.2.3'], '198.51.100.1'],
  ['127.0.0.1', 'unknown', '127.0.0.1'],
  ['127.0.0.1', '', '127.0.0.1'],
])('%s saying %j is %s', (remote, forwarded, address) => {
  expect(clientAddressOf(requestOf(remote, forwarded), trusts)).toBe(address);
});

test('without proxies nobody is believed', () => {
  expect(clientAddressOf(requestOf('127.0.0.1', '198.51.100.1'), trustOf([]))).toBe('127.0.0.1');
});

test('a wrong entry is an error', () => {
  expect(() => trustOf(['proxy.local'])).toThrow();
  expect(() => trustOf(['10.0.0.0/99'])).toThrow();
});
