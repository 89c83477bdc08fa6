import type { ChannelSettings, ChannelType } from '../domain/channel.js';
import { signatureZh } from './messageWords.js';

type Keys<Settings> = Settings extends unknown ? Exclude<keyof Settings, 'type'> : never;
type SettingsOf<Type extends ChannelType> = Extract<ChannelSettings, { type: Type }>;

/** What a channel of a type is, for the pages and the API's documentation. */
export interface ChannelDescription<Type extends ChannelType = ChannelType> {
  readonly nameZh: string;
  /** How to set it up, and what it cannot do. */
  readonly aboutZh: string;
  readonly settings: Readonly<Record<Keys<SettingsOf<Type>> & string, string>>;
}

const mobilesZh = '需要 @ 的手机号，必须是群成员';

/** Every channel type by name. */
export const channelCatalogue: { readonly [Type in ChannelType]: ChannelDescription<Type> } = {
  dingtalk: {
    nameZh: '钉钉群机器人',
    aboutZh: `群设置 → 机器人 → 自定义。安全设置建议用“加签”；用关键词时填“${signatureZh}”（每条消息都含）；用 IP 白名单时填本服务的出口 IP。每个机器人每分钟最多 20 条，超出后静默 10 分钟，本服务按 18 条发送。`,
    settings: {
      url: '机器人的 Webhook 地址，含 access_token，只写不读',
      secret: '加签密钥（SEC 开头），只写不读；未启用加签时留空',
      mobiles: mobilesZh,
      userIds: '需要 @ 的钉钉 userId',
    },
  },
  wecom: {
    nameZh: '企业微信群机器人（消息推送）',
    aboutZh:
      '群设置 → 消息推送 → 添加，复制 Webhook 地址。没有签名，地址就是密钥。Markdown 不能按手机号 @，需要 @ 时另发一条文本，占一次额度。每个机器人每分钟最多 20 条，本服务按 18 条发送。',
    settings: {
      url: 'Webhook 地址，含 key，只写不读',
      mobiles: mobilesZh,
      userIds: '需要 @ 的企业微信成员 userid',
    },
  },
  feishu: {
    nameZh: '飞书群机器人',
    aboutZh: `群设置 → 群机器人 → 自定义机器人。安全设置建议用“签名校验”；用关键词时填“${signatureZh}”（每条消息都含）。不能按手机号 @。每个机器人每分钟最多 100 条、每秒 5 条，本服务按 90 条和 4 条发送，并避开整点和半点。`,
    settings: {
      url: 'Webhook 地址，含机器人标识，只写不读；国际版用 open.larksuite.com',
      secret: '签名校验密钥，只写不读；未启用时留空',
      userIds: '需要 @ 的成员 open_id（ou_ 开头）',
    },
  },
  webhook: {
    nameZh: '签名 Webhook',
    aboutZh:
      '按 Standard Webhooks 规范 POST JSON（小于 20 kB），请求头 webhook-id、webhook-timestamp、webhook-signature；接收方须验签，并以 webhook-id 去重。2xx 为成功，410 表示停止接收，其余按退避重试并遵守 Retry-After；不跟随转址。',
    settings: {
      url: '接收地址，只写不读',
      secret: '签名密钥：whsec_ 加 24 至 64 个随机字节的 base64，每个地址各用一个，只写不读',
      formerSecret: '更换密钥期间的旧密钥，两个签名同时发出；换完后留空',
    },
  },
  email: {
    nameZh: '电子邮件（SMTP）',
    aboutZh:
      'HTML 和纯文本各一份。更正、撤回、恢复与首封邮件归在同一会话；重发用同一 Message-ID。有收件人被永久拒收时记为失败，其余收件人不再重发。',
    settings: {
      host: '邮件服务器域名，TLS 证书须与它相符',
      port: '端口：tls 通常 465，starttls 通常 587，none 通常 25',
      security: 'tls：一开始就加密；starttls：必须升级为加密；none：不加密，只用于封闭的内部网络',
      user: '登录用户名；无需登录时留空',
      password: '登录密码或授权码，只写不读',
      from: '发件人地址',
      to: '收件人地址，最多 50 个',
    },
  },
  alertmanager: {
    nameZh: 'Prometheus Alertmanager（v2 接口）',
    aboutZh:
      '以规则编码为 alertname，fingerprint、severity、site、indicator 为标签，其余为注释。报警中的条目带将来的 endsAt（默认 25 小时，须长于重复提醒间隔），期满无人续报即由 Alertmanager 自行恢复；恢复和撤回立即结束。一条消息最多带 20 个报警，其余以 notification_<类型> 说明条数。',
    settings: {
      url: 'Alertmanager 的根地址，本服务自动加 /api/v2/alerts；内网地址须先加入允许名单',
      user: 'Basic 认证用户名；没有时留空',
      password: 'Basic 认证密码，只写不读',
    },
  },
  inbox: {
    nameZh: '站内收件箱',
    aboutZh: '消息显示在本服务的收件箱页面，用于演示，或供没有机器人的单位使用。',
    settings: {},
  },
};
