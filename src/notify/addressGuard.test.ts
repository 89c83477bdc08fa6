import { afterEach, describe, expect, test } from '@jest/globals';
import { createAddressGuard, parseAllowList, type Resolver } from './addressGuard.js';
import { selfSigned } from './certificate.fixture.js';
import { createSender } from './createSender.js';
import { startFakeServer, type FakeServer } from './fakeServer.fixture.js';
import { ofKind, sentAt } from './notifications.fixture.js';

const open: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
async function ok(certificate?: { key: string; cert: string }): Promise<FakeServer> {
  const server = await startFakeServer(() => ({ body: '{"errcode":0}' }), certificate);
  open.push(server);
  return server;
}

/** Answers each lookup with the next of the lists; the last one stays. */
function resolver(...answers: string[][]): Resolver & { asked: string[] } {
  const asked: string[] = [];
  const resolve: Resolver = (host, _options, callback) => {
    asked.push(host);
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return Object.assign(resolve, { asked });
}

const send = (url: string, options: object) =>
  createSender(
    { type: 'dingtalk', url, mobiles: [], userIds: [] },
    { now: () => sentAt, timeoutMs: 1000, ...options },
  )(ofKind.firing, 1);

const inward = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1'],
  ...['127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.1.1', '192.0.0.8'],
  ...['192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.1.1.1', '240.0.0.1'],
  ...['255.255.255.255', '::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:10.1.2.3', '::ffff:a9fe:a9fe'],
  ...[
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:1::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
  ],
  ...['fec0::1', 'ff02::1', '2001:db8::1', '100::1', 'not an address', ''],
];
const outward = [
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.255.255',
].concat([
  '172.32.0.1',
  '192.167.255.255',
  '223.5.5.5',
  '2400:3200::1',
  '2606:4700::1111',
  '::ffff:223.5.5.5',
]);

describe('address guard', () => {
  test.each(inward)('refuses %s', (address) => {
    expect(createAddressGuard().allows(address, 'name.example')).toBe(false);
  });

  test.each(outward)('allows %s', (address) => {
    expect(createAddressGuard().allows(address, 'name.example')).toBe(true);
  });

  test('an allow-list opens ranges, addresses and names, no more', () => {
    const guard = createAddressGuard(['10.0.0.0/8', '192.168.3.4', 'fd00::/8', 'Robot.County.example']);
    expect(guard.allows('10.9.8.7', 'x')).toBe(true);
    expect(guard.allows('::ffff:10.9.8.7', 'x')).toBe(true);
    expect(guard.allows('192.168.3.4', 'x')).toBe(true);
    expect(guard.allows('192.168.3.5', 'x')).toBe(false);
    expect(guard.allows('fd12::1', 'x')).toBe(true);
    expect(guard.allows('172.16.0.1', 'robot.county.example.')).toBe(true);
    expect(guard.allows('172.16.0.1', 'other.county.example')).toBe(false);
  });

  test('entries that are none are told and allow nothing', () => {
    const faults = ['10.0.0.0/33', 'http://x', '10.0.0', '*.example', '', 'fe80::1%eth0'];
    const list = parseAllowList(['10.1.0.0/16', ...faults]);
    expect(list.faults).toEqual(faults);
    expect(list.ranges).toHaveLength(1);
    expect(list.hosts.size).toBe(0);
  });
});

const refused = { outcome: 'refused', code: 'address-refused' };

describe('connections', () => {
  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0', '017700000001'])(
    'the literal %s is refused before anything is sent',
    async (host) => {
      const server = await ok();
      expect(await send(`http://${host}:${server.port}/`, {})).toMatchObject(refused);
      expect(server.received).toHaveLength(0);
    },
  );

  test('a name that leads inwards is refused, and goes through where it is allowed', async () => {
    const server = await ok();
    const url = `http://robot.example:${server.port}/`;
    const resolve = resolver(['127.0.0.1']);
    expect(await send(url, { resolve })).toMatchObject(refused);
    expect(await send(url, { resolve, allow: ['10.0.0.0/8'] })).toMatchObject(refused);
    expect(server.received).toHaveLength(0);
    expect(await send(url, { resolve, allow: ['127.0.0.1/32'] })).toEqual({ outcome: 'delivered' });
    expect(await send(url, { resolve, allow: ['robot.example'] })).toEqual({ outcome: 'delivered' });
    expect(server.received).toHaveLength(2);
  });

  test('the address that was checked is the one connected: a name is looked up once', async () => {
    const server = await ok();
    // The first answer is allowed; an attacker's second answer would lead elsewhere.
    const resolve = resolver(['127.0.0.1'], ['127.0.0.2']);
    const result = await send(`http://robot.example:${server.port}/`, { resolve, allow: ['127.0.0.1'] });
    expect(result).toEqual({ outcome: 'delivered' });
    expect(resolve.asked).toEqual(['robot.example']);
    // And the next message is checked anew.
    expect(
      await send(`http://robot.example:${server.port}/`, { resolve, allow: ['127.0.0.1'] }),
    ).toMatchObject(refused);
  });

  test('of several addresses only the allowed ones are tried', async () => {
    const server = await ok();
    const resolve = resolver(['10.0.0.1', '::1', '127.0.0.1']);
    const result = await send(`http://robot.example:${server.port}/`, { resolve, allow: ['127.0.0.1'] });
    expect(result).toEqual({ outcome: 'delivered' });
  });

  test('a redirect inwards is not followed', async () => {
    const inside = await ok();
    const location = `http://127.0.0.1:${inside.port}/`;
    const server = await startFakeServer(() => ({ status: 307, headers: { location } }));
    open.push(server);
    const result = await send(`http://127.0.0.1:${server.port}/`, { allow: ['127.0.0.1'] });
    expect(result).toMatchObject({ outcome: 'retry', code: 'http 307' });
    expect(inside.received).toHaveLength(0);
  });

  test('TLS is verified for the name, not for the address', async () => {
    const certificate = selfSigned('robot.example');
    const server = await ok(certificate);
    const options = { resolve: resolver(['127.0.0.1']), allow: ['127.0.0.1'] };
    const url = `https://robot.example:${server.port}/`;
    expect(await send(url, options)).toMatchObject({ outcome: 'retry', code: 'tls' });
    expect(await send(url, { ...options, ca: certificate.cert })).toEqual({ outcome: 'delivered' });
    const other = await send(`https://other.example:${server.port}/`, { ...options, ca: certificate.cert });
    expect(other).toMatchObject({ outcome: 'retry', code: 'tls' });
    expect(server.received).toHaveLength(1);
  });

  test('a name that does not resolve may do so later', async () => {
    const resolve: Resolver = (_host, _options, callback) =>
      callback(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), []);
    expect(await send('http://robot.example/', { resolve })).toMatchObject({ outcome: 'retry', code: 'dns' });
  });
});
