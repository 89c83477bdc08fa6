import { afterEach, describe, expect, test } from '@jest/globals';
import type { SMTPServerOptions } from 'smtp-server';
import type { ChannelSettings } from '../domain/channel.js';
import type { Resolver } from './addressGuard.js';
import { selfSigned } from './certificate.fixture.js';
import { createSender } from './createSender.js';
import { smtpFault, startMailServer, type MailServer } from './mailServer.fixture.js';
import { ofKind, sentAt } from './notifications.fixture.js';

const certificate = selfSigned('mail.county.example');
const open: MailServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
async function start(options: SMTPServerOptions): Promise<MailServer> {
  const server = await startMailServer({ ...certificate, ...options });
  open.push(server);
  return server;
}

const resolve: Resolver = (_host, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }]);
const bare = { now: () => sentAt, timeoutMs: 2000, resolve };
const allow = ['127.0.0.1'];
const options = { ...bare, allow, ca: certificate.cert };
const settings = ({ port }: MailServer, extra: object = {}): ChannelSettings => ({
  type: 'email',
  host: 'mail.county.example',
  port,
  security: 'starttls',
  from: 'alert@county.example',
  to: ['shui@county.example', 'zhi@county.example'],
  ...extra,
});
const login: SMTPServerOptions = {
  onAuth: ({ username, password }, _session, callback) =>
    password === 'right'
      ? callback(null, { user: username })
      : callback(smtpFault(535, 'Authentication failed')),
};
const header = (raw: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'mi').exec(raw)?.[1]?.replace(/\r\n[ \t]+/g, ' ');
/** The parts of the mail, decoded. */
const parts = (raw: string): string[] =>
  raw.split(/^--.*$/m).map((part) => {
    const [head = '', ...rest] = part.trim().split('\r\n\r\n');
    const text = rest.join('\r\n\r\n');
    return /base64/i.test(head) ? Buffer.from(text, 'base64').toString('utf8') : text;
  });

describe('email', () => {
  test.each(['starttls', 'tls'])('goes over %s with login, in text and HTML, threaded', async (security) => {
    const server = await start({ ...login, authOptional: false, secure: security === 'tls' });
    const send = createSender(settings(server, { security, user: 'alert', password: 'right' }), options);
    expect(await send(ofKind.correction, 1)).toEqual({ outcome: 'delivered' });
    const [mail] = server.mails;
    expect(mail).toMatchObject({
      secure: true,
      user: 'alert',
      to: ['shui@county.example', 'zhi@county.example'],
    });
    const raw = mail?.raw ?? '';
    expect(header(raw, 'Message-ID')).toBe('<n-25@county.example>');
    expect(header(raw, 'References')).toBe('<n-20250103-000017@county.example>');
    expect(header(raw, 'In-Reply-To')).toBe('<n-20250103-000017@county.example>');
    expect(header(raw, 'Auto-Submitted')).toBe('auto-generated');
    expect(header(raw, 'Date')).toBe('Fri, 03 Jan 2025 06:05:00 +0000');
    const shown = parts(raw);
    expect(shown.some((text) => text.startsWith('【更正·警告】') && text.includes('编号 n-25'))).toBe(true);
    expect(shown.some((text) => text.startsWith('<!DOCTYPE html>') && text.includes('编号 n-25'))).toBe(true);
  });

  test('a server inside a closed network takes it without TLS', async () => {
    const server = await start({ disabledCommands: ['STARTTLS', 'AUTH'] });
    expect(await createSender(settings(server, { security: 'none' }), options)(ofKind.firing, 1)).toEqual({
      outcome: 'delivered',
    });
    expect(server.mails[0]?.secure).toBe(false);
  });

  test('where STARTTLS is required nothing goes out without it', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] });
    const result = await createSender(settings(server), options)(ofKind.firing, 1);
    expect(result).toMatchObject({ outcome: 'refused', message: expect.stringContaining('STARTTLS') });
    expect(server.mails).toHaveLength(0);
  });

  test('the certificate must be trusted and for the name, not the address', async () => {
    const server = await start({});
    const untrusted = await createSender(settings(server), { ...bare, allow })(ofKind.firing, 1);
    expect(untrusted).toMatchObject({ outcome: 'retry', code: 'tls' });
    const other = await createSender(settings(server, { host: 'other.example' }), options)(ofKind.firing, 1);
    expect(other).toMatchObject({ outcome: 'retry', code: 'tls' });
    expect(server.mails).toHaveLength(0);
  });

  test('a wrong password waits for a person and is not told', async () => {
    const server = await start(login);
    const wrong = settings(server, { user: 'alert', password: 'wrong-password' });
    const result = await createSender(wrong, options)(ofKind.firing, 1);
    expect(result).toMatchObject({ outcome: 'refused', code: 'smtp 535' });
    expect(JSON.stringify(result)).not.toContain('wrong-password');
  });

  test.each([
    [451, 'retry'],
    [554, 'refused'],
  ])('a reply of %i to the message: %s', async (status, outcome) => {
    const server = await start({
      onData: (stream, _session, callback) => {
        stream.resume();
        stream.on('end', () => callback(smtpFault(status, 'see https://mail.example/why')));
      },
    });
    const result = await createSender(settings(server), options)(ofKind.firing, 1);
    expect(result).toMatchObject({ outcome, code: `smtp ${status}` });
    expect(JSON.stringify(result)).not.toContain('https:');
  });

  test('a recipient held back is tried again alone; one refused is told', async () => {
    const faults = new Map([['zhi@county.example', smtpFault(450, 'greylisted')]]);
    const server = await start({
      onRcptTo: ({ address }, _session, callback) => callback(faults.get(address) ?? null),
    });
    const send = createSender(settings(server), options);
    const held = await send(ofKind.firing, 1);
    expect(held).toMatchObject({ outcome: 'retry', code: 'smtp 450' });
    expect(held).toHaveProperty(
      'message',
      expect.stringMatching(/^1 个收件人已送达，未送达 zhi@county\.example/),
    );
    faults.set('zhi@county.example', smtpFault(550, 'no such user'));
    expect(await send(ofKind.firing, 2)).toMatchObject({ outcome: 'refused', code: 'smtp 550' });
    faults.clear();
    expect(await send(ofKind.firing, 3)).toEqual({ outcome: 'delivered' });
    expect(server.mails.map(({ to }) => to)).toEqual([['shui@county.example'], ['zhi@county.example']]);
    const ids = server.mails.map(({ raw }) => header(raw, 'Message-ID'));
    expect(new Set(ids).size).toBe(1);
  });

  test('addresses inside are refused unless allowed, as names and as literals', async () => {
    const server = await start({ onConnect: (_session, callback) => callback() });
    const closed = { ...bare, ca: certificate.cert };
    for (const host of ['mail.county.example', '127.0.0.1', '::1']) {
      const result = await createSender(settings(server, { host }), closed)(ofKind.firing, 1);
      expect(result).toMatchObject({ outcome: 'refused', code: 'address-refused' });
    }
    expect(server.mails).toHaveLength(0);
  });

  test('a server that never answers is a failure that may pass', async () => {
    const server = await start({ onConnect: () => undefined });
    const result = await createSender(settings(server), { ...options, timeoutMs: 300 })(ofKind.firing, 1);
    expect(result).toMatchObject({ outcome: 'retry', code: 'timeout' });
  });

  test('names cannot add headers or mark-up', async () => {
    const server = await start({});
    const titleZh = '断面\r\nBcc: x@y.example\r\n\r\n<script>alert(1)</script>';
    await createSender(settings(server), options)({ ...ofKind.firing, titleZh }, 1);
    const raw = server.mails[0]?.raw ?? '';
    expect(header(raw, 'Bcc')).toBeUndefined();
    expect(server.mails[0]?.to).toHaveLength(2);
    const html = parts(raw).find((text) => text.startsWith('<!DOCTYPE'));
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script>');
  });
});
