import { createTransport } from 'nodemailer';
import type { ChannelSettings } from '../domain/channel.js';
import type { DeliveryResult, Notification } from '../domain/notification.js';
import { connectGuarded, createAddressGuard, type AddressGuard } from './addressGuard.js';
import { networkFault } from './networkFault.js';
import { Progress } from './progress.js';
import { redact } from './redact.js';
import { defaultTimeoutMs, type SenderOptions } from './senderOptions.js';
import { shapeEmail } from './shapeEmail.js';

type EmailSettings = Extract<ChannelSettings, { type: 'email' }>;

/** What nodemailer tells of a refusal; its types lag behind. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly recipient?: string;
  readonly rejectedErrors?: readonly SmtpError[];
}

interface Sent {
  readonly accepted: readonly string[];
  readonly rejectedErrors?: readonly SmtpError[];
}

/** A reply of an SMTP server: 4xx passes, 5xx waits for a person (RFC 5321, 4.2.1). */
function judgeReply(error: SmtpError, secrets: readonly string[]): DeliveryResult {
  const status = error.responseCode;
  if (status === undefined || status < 400) {
    if (error.code === 'EAUTH') {
      return { outcome: 'refused', code: 'smtp auth', message: '邮件服务器需要登录：填写用户名和密码' };
    }
    return networkFault(error);
  }
  const passing = status < 500;
  const known: Readonly<Record<string, string>> = {
    EAUTH: '邮件服务器登录失败：检查用户名和密码（常见邮箱须用授权码）',
    ETLS: '邮件服务器不支持 STARTTLS：改用 TLS 端口（465），或检查端口',
  };
  const what = known[error.code ?? ''] ?? (passing ? '邮件服务器暂时拒收' : '邮件服务器拒收');
  // Replies repeat the status; some repeat what was sent.
  const reply = redact((error.response ?? '').replace(/^\d{3}[ -]?/, ''), secrets);
  return {
    outcome: passing ? 'retry' : 'refused',
    code: `smtp ${status}`,
    message: reply === '' ? what : `${what}（${reply}）`,
  };
}

/** One message to many: some mailboxes may have taken it and others not. */
function judgeRejected(
  errors: readonly SmtpError[],
  accepted: number,
  secrets: readonly string[],
): DeliveryResult {
  const passing = errors.find(({ responseCode }) => responseCode !== undefined && responseCode < 500);
  const told = passing ?? errors[0];
  if (told === undefined) return { outcome: 'delivered' };
  const result = judgeReply(told, secrets);
  if (result.outcome === 'delivered') return result;
  const who = errors.map(({ recipient }) => recipient ?? '').join('、');
  return { ...result, message: `${accepted} 个收件人已送达，未送达 ${who}：${result.message}` };
}

function transportFor(settings: EmailSettings, options: SenderOptions, guard: AddressGuard) {
  const { host, port, security, user, password } = settings;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  return createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
    ...(user === undefined || user === '' ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    // The checked address is the one connected; TLS still verifies the name.
    getSocket: (_options: unknown, callback: (error: Error | null, socket?: object) => void) => {
      connectGuarded(guard, { host, port, timeoutMs }).then(
        (connection) => callback(null, { connection }),
        (error: unknown) => callback(error instanceof Error ? error : new Error('connect')),
      );
    },
  });
}

function timeout(timeoutMs: number): { readonly over: Promise<never>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), timeoutMs);
  });
  return { over, stop: () => clearTimeout(timer) };
}

/**
 * Sends by SMTP. A recipient who was refused makes the whole a failure, so that a person sees it; those who have it are
 * left out of further attempts.
 */
export function emailSender(
  settings: EmailSettings,
  options: SenderOptions,
): (notification: Notification) => Promise<DeliveryResult> {
  const guard = createAddressGuard(options.allow, options.resolve);
  const secrets = [settings.password ?? ''];
  const domain = settings.from.split('@').at(-1) ?? 'localhost';
  const progress = new Progress();
  return async (notification) => {
    const { key } = notification;
    const { subject, text, html, messageId, references } = shapeEmail(notification, domain);
    const to = settings.to.filter((address) => !progress.has(key, address));
    const transport = transportFor(settings, options, guard);
    // Four times: connection, greeting, dialogue and message have one each.
    const { over, stop } = timeout(4 * (options.timeoutMs ?? defaultTimeoutMs));
    try {
      const sending = transport.sendMail({
        from: settings.from,
        to: settings.to,
        envelope: { from: settings.from, to },
        subject,
        text,
        html,
        textEncoding: 'base64',
        messageId,
        date: new Date(options.now()),
        ...(references === undefined ? {} : { references, inReplyTo: references }),
        ...(notification.severity === 'critical' ? { priority: 'high' as const } : {}),
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Notification-Key': messageId.slice(1, -1) },
      }) as Promise<Sent>;
      const sent = await Promise.race([sending, over]);
      const rejected = sent.rejectedErrors ?? [];
      for (const address of sent.accepted) progress.add(key, address);
      if (rejected.length === 0) progress.forget(key);
      return judgeRejected(rejected, settings.to.length - rejected.length, secrets);
    } catch (error) {
      const { rejectedErrors = [] } = error as SmtpError;
      return rejectedErrors.length > 0
        ? judgeRejected(rejectedErrors, settings.to.length - rejectedErrors.length, secrets)
        : judgeReply(error as SmtpError, secrets);
    } finally {
      stop();
      transport.close();
    }
  };
}
