/** What one answer of a robot's provider means. */
export interface CodeRule {
  readonly codes: readonly number[];
  /** Needed beside the code, where one code stands for several faults. */
  readonly message?: RegExp;
  /** Enough without the code: codes and texts changed over time. */
  readonly orMessage?: RegExp;
  readonly outcome: 'retry' | 'refused';
  /** What is wrong and what to do. */
  readonly hintZh: string;
  /** How long the provider wants silence, and then for the whole channel. */
  readonly pauseSeconds?: number;
}

const keywordHint =
  '机器人设置了关键词：把关键词改为“生态环境监测”之类消息里都有的词（每条消息都含“生态环境指标监测”）';
const ipHint = '机器人设置了 IP 白名单：把本服务的出口 IP 加进去';

/**
 * 钉钉: codes of open.dingtalk.com, 自定义机器人发送群消息, and texts seen in public. Beyond 20 messages a minute the robot is
 * mute for 10 minutes.
 */
export const dingTalkRules: readonly CodeRule[] = [
  {
    codes: [410100, 130101],
    orMessage: /send too fast|exceed \d+ times|发送(速度)?(太|过)快/i,
    outcome: 'retry',
    hintZh: '发送过快，钉钉限流 10 分钟',
    pauseSeconds: 600,
  },
  { codes: [-1], outcome: 'retry', hintZh: '钉钉系统繁忙' },
  {
    codes: [310000],
    message: /keyword|关键词/i,
    orMessage: /keywords? not in content|关键词不匹配/i,
    outcome: 'refused',
    hintZh: keywordHint,
  },
  {
    codes: [310000],
    message: /sign|签名/i,
    orMessage: /sign not match|签名不匹配/i,
    outcome: 'refused',
    hintZh: '签名不匹配：检查加签密钥（SEC 开头）是否与机器人设置一致',
  },
  {
    codes: [310000],
    message: /\bip\b/i,
    orMessage: /\bip\b.*(not in whitelist|不在白名单)/i,
    outcome: 'refused',
    hintZh: ipHint,
  },
  {
    codes: [310000],
    message: /timestamp|时间戳/i,
    orMessage: /invalid timestamp/i,
    outcome: 'refused',
    hintZh: '时间戳无效：本机时钟与北京时间相差 1 小时以上，请校时',
  },
  { codes: [310000], outcome: 'refused', hintZh: '未通过机器人的安全设置（关键词、加签、IP 白名单之一）' },
  {
    codes: [400101, 300001, 300005],
    outcome: 'refused',
    hintZh: 'access_token 不存在：重新复制机器人的 Webhook 地址',
  },
  { codes: [400102], outcome: 'refused', hintZh: '机器人已停用：在群设置里启用' },
  { codes: [400106], outcome: 'refused', hintZh: '机器人不存在：在群里重新添加' },
  { codes: [400013], outcome: 'refused', hintZh: '群已解散：换一个群的机器人' },
  { codes: [40035, 43004, 400105], outcome: 'refused', hintZh: '钉钉不接受消息格式，请联系运维' },
  { codes: [460101], outcome: 'refused', hintZh: '消息超过 20000 字节，请联系运维' },
  {
    codes: [430101, 430102, 430103, 430104],
    outcome: 'refused',
    hintZh: '内容被钉钉拦截（链接、文字或图片不合规）',
  },
  {
    codes: [90030],
    outcome: 'refused',
    hintZh: '本月 Webhook 调用额度用完：等下月，或在钉钉管理后台扩容',
  },
];

/**
 * 企业微信: developer.work.weixin.qq.com 消息推送. How long it blocks beyond 20 messages a minute is not documented; one
 * minute is assumed.
 */
export const weComRules: readonly CodeRule[] = [
  {
    codes: [45009, 45033],
    orMessage: /freq out of limit|concurrent/i,
    outcome: 'retry',
    hintZh: '发送过快，企业微信限流',
    pauseSeconds: 60,
  },
  { codes: [-1], orMessage: /system (error|busy)/i, outcome: 'retry', hintZh: '企业微信系统繁忙' },
  {
    codes: [93000],
    orMessage: /invalid webhook url/i,
    outcome: 'refused',
    hintZh: 'Webhook 地址无效或机器人已移除：重新复制地址',
  },
  {
    codes: [40058],
    orMessage: /exceed max length/i,
    outcome: 'refused',
    hintZh: '消息超过企业微信的长度限制，请联系运维',
  },
];

/** 飞书: open.feishu.cn 自定义机器人使用指南. 9499 is two things, told apart by the text. */
export const feishuRules: readonly CodeRule[] = [
  {
    codes: [11232],
    orMessage: /frequency limited/i,
    outcome: 'retry',
    hintZh: '发送过快，飞书限流',
    pauseSeconds: 60,
  },
  {
    codes: [9499],
    message: /too many request/i,
    orMessage: /too many request/i,
    outcome: 'retry',
    hintZh: '发送过快，飞书限流',
    pauseSeconds: 60,
  },
  { codes: [9499], outcome: 'refused', hintZh: '飞书不接受消息格式，请联系运维' },
  {
    codes: [19021],
    orMessage: /sign match fail|timestamp is not within/i,
    outcome: 'refused',
    hintZh: '签名校验未通过：检查签名密钥；密钥无误时检查本机时钟（须在 1 小时以内）',
  },
  { codes: [19022], orMessage: /ip not allowed/i, outcome: 'refused', hintZh: ipHint },
  { codes: [19024], orMessage: /key ?words? not found/i, outcome: 'refused', hintZh: keywordHint },
  {
    codes: [19001],
    orMessage: /token invalid|incoming webhook access token/i,
    outcome: 'refused',
    hintZh: 'Webhook 地址无效或机器人已移除：重新复制地址',
  },
];
