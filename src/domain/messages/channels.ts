import type { MessageTemplate } from './template.js';

/** Channels, the messages that go over them, and the addresses that they may call. */
export const channelMessages = {
  'secrets-need-key': {
    zh: '服务没有保存机密内容的密钥，含有机密内容（{fields}）的渠道不能保存',
    en: 'The service has no key for secrets, so a channel with secrets ({fields}) cannot be saved',
    mendZh:
      '在服务的环境变量 CEI_SECRET_KEY 里给出 32 字节随机数的 base64（openssl rand -base64 32），然后重启',
    mendEn: 'Set CEI_SECRET_KEY to the base64 of 32 random bytes (openssl rand -base64 32) and restart',
  },
  'secret-unreadable': {
    zh: '渠道里已保存的机密内容（{field}）读不出来：密钥换了，或密文已损坏',
    en: 'The stored secret {field} of the channel cannot be read: another key is in force, or it is damaged',
    mendZh: '重新填写这一项；或把原来的密钥放进 CEI_FORMER_SECRET_KEYS 后重启',
    mendEn: 'Give it anew, or put the former key into CEI_FORMER_SECRET_KEYS and restart',
  },
  'channel-settings-invalid': {
    zh: '渠道设置不对：{problem}',
    en: 'The settings of the channel are wrong: {problemEn}',
    mendZh: '按接口说明（/docs）改正；机密内容不写表示保留原来的，第一次必须写',
    mendEn:
      'Correct them as /docs says; a secret left out keeps the stored one, and is needed the first time',
  },
  'channel-secret-anew': {
    zh: '改变了发送到的服务器或账户，须重新填写 {field}：已保存的机密内容不会发给别的地方',
    en: 'The server or account was changed, so {field} must be given anew: a stored secret goes nowhere else',
    mendZh: '在同一次修改中写上 {field}',
    mendEn: 'Give {field} in the same change',
  },
  'notification-not-dead': {
    zh: '消息 {id} 不是死信（现在：{state}），或其渠道已删除，不能重发',
    en: 'The message {id} is no dead letter (it is {stateEn}), or its channel is gone: it cannot be sent again',
    mendZh: '等待中的消息会自动重试；渠道已删除的，请另建渠道',
    mendEn: 'Waiting messages are tried again by themselves',
  },
  'allowance-invalid': {
    zh: '“{target}”不能列入：{problem}',
    en: '"{target}" cannot be listed: {problemEn}',
    mendZh: '写网段（如 10.1.0.0/16）、单个地址或主机名；尽量窄',
    mendEn: 'Give a network (such as 10.1.0.0/16), an address or the name of a host, as narrow as possible',
  },
} as const satisfies Record<string, MessageTemplate>;
