import type { DeliveryResult } from '../domain/notification.js';

type Failure = Exclude<DeliveryResult, { outcome: 'delivered' }>;

const words: readonly (readonly [code: RegExp, ours: string, messageZh: string])[] = [
  [/^(ETIMEDOUT|ESOCKETTIMEDOUT|ABORT_ERR)$/, 'timeout', '对方未在限定时间内答复'],
  [/^ECONNREFUSED$/, 'connection-refused', '对方拒绝连接：服务未启动，或端口不对'],
  [/^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA|EDNS)$/, 'dns', '域名无法解析：检查地址拼写和本机的 DNS'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|ECONNECTION|ESOCKET|EPROTOCOL|HPE_.*)$/, 'connection-broken', '连接中断'],
  [/^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL)$/, 'unreachable', '网络不可达：检查本机到对方的网络'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|^EPROTO$|^ETLS$/,
    'tls',
    'TLS 证书或加密协商未通过：检查对方证书是否有效、域名是否相符，或把内部 CA 加入信任',
  ],
];

/** The code of an error; of several addresses tried, the last one's stands for all. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { originalCode, code, errors } = error as Readonly<Record<string, unknown>>;
  // nodemailer puts a code of its own over that of the system.
  for (const own of [originalCode, code]) if (typeof own === 'string') return own;
  return Array.isArray(errors) ? codeOf(errors.at(-1)) : '';
}

/**
 * A failure below the answer as a result. Only a refused address waits for a person; the rest may mend itself. The
 * error's own text is not repeated: it may hold the address.
 */
export function networkFault(error: unknown): Failure {
  const code = codeOf(error);
  if (code === 'ADDRESS_REFUSED') {
    return {
      outcome: 'refused',
      code: 'address-refused',
      message: '地址解析到内网、本机或保留网段，已拒绝连接；确需使用时请管理员把它加入允许名单',
    };
  }
  // No code of the network or of the system: a defect, or the inbox's.
  if (code === '') {
    return { outcome: 'retry', code: 'unexpected', message: '发送时发生意外错误，请联系运维' };
  }
  const [, ours, message] = words.find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    'network',
    '网络错误',
  ];
  return {
    outcome: 'retry',
    code: ours,
    message: ours === 'timeout' ? message : `${message}（${code}）`,
  };
}
