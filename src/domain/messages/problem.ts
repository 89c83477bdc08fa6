import { publishedMessages } from './published.js';
import type { MessageTemplate } from './template.js';
import { undoMessages } from './undo.js';

/** Faults of requests and of the service itself. */
export const problemMessages = {
  ...undoMessages,
  ...publishedMessages,
  'not-found': {
    zh: '没有找到：{what}',
    en: 'Not found: {what}',
    mendZh: '检查地址或编号是否写对；全部接口见 /docs',
    mendEn: 'Check the address or number; /docs lists everything',
  },
  'method-not-allowed': {
    zh: '此地址不支持 {method}，可用：{allowed}',
    en: '{method} is not supported here; use {allowed}',
  },
  'invalid-request': {
    zh: '请求不符合要求：{detail}',
    en: 'The request is not as required: {detail}',
    mendZh: '按接口说明（/docs）改正后重试',
    mendEn: 'Correct it as the API page (/docs) says and try again',
  },
  'malformed-json': {
    zh: '请求正文不是合法的 JSON',
    en: 'The body is not valid JSON',
    mendZh: '检查引号、逗号和括号，编码用 UTF-8',
    mendEn: 'Check quotes, commas and brackets; use UTF-8',
  },
  'malformed-multipart': {
    zh: '上传内容不完整或格式不对（应为 multipart/form-data）',
    en: 'The upload is incomplete or not valid multipart/form-data',
    mendZh: '重新上传；用程序上传时请检查 boundary 和结尾',
    mendEn: 'Upload again; programs should check the boundary and the closing delimiter',
  },
  'file-missing': {
    zh: '没有收到文件',
    en: 'No file was received',
    mendZh: '选择一个文件，放在名为 file 的字段里再上传',
    mendEn: 'Send one file in the field named file',
  },
  'file-field-unexpected': {
    zh: '文件应放在名为 file 的字段里，收到的字段是“{field}”',
    en: 'The file belongs in the field named file, not "{field}"',
    mendZh: '把字段名改为 file 再上传',
    mendEn: 'Rename the field to file and upload again',
  },
  'one-file-only': {
    zh: '一次只能上传一个文件',
    en: 'Only one file can be uploaded at a time',
    mendZh: '分次上传，每次一个文件；本次没有写入任何数据',
    mendEn: 'Upload the files one by one; nothing of this request was stored',
  },
  'option-after-file': {
    zh: '选项“{field}”排在文件之后，无法采用',
    en: 'The option "{field}" came after the file and could not be heeded',
    mendZh: '把选项放在文件之前，或写成查询参数；本次没有写入任何数据',
    mendEn: 'Send options before the file or as query parameters; nothing of this request was stored',
  },
  'upload-interrupted': {
    zh: '上传中断，没有写入任何数据',
    en: 'The upload was interrupted; nothing was stored',
    mendZh: '检查网络后重新上传',
    mendEn: 'Check the network and upload again',
  },
  'request-timeout': {
    zh: '等待请求内容超时，没有写入任何数据',
    en: 'The request body did not arrive in time; nothing was stored',
    mendZh: '检查网络后重试',
    mendEn: 'Check the network and try again',
  },
  'upload-rejected': {
    zh: '文件有 {count} 处问题，没有写入任何数据',
    en: 'The file has {count} faults; nothing was stored',
    mendZh: '按 report.faults 逐处改正后重新上传；或选择只写入没有问题的行（onError=skip-rows）',
    mendEn:
      'Mend what report.faults lists and upload again, or store only the sound rows (onError=skip-rows)',
  },
  'needs-overwrite': {
    zh: '文件与已入库的 {count} 个数值不同，没有写入任何数据',
    en: 'The file differs from {count} stored values; nothing was stored',
    mendZh: '核对 report.changes；确认以文件为准时，以 overwrite=true 重新提交，原值会留在修订记录里',
    mendEn:
      'Check report.changes; to let the file prevail send it again with overwrite=true (old values are kept)',
  },
  'token-missing': {
    zh: '缺少访问令牌',
    en: 'No access token was given',
    mendZh: '在请求头加上 Authorization: Bearer 令牌；没有令牌请向管理员申请',
    mendEn: 'Send the header Authorization: Bearer <token>; ask the administrator for a token',
  },
  'token-invalid': {
    zh: '访问令牌无效、已过期或已吊销',
    en: 'The access token is unknown, expired or revoked',
    mendZh: '检查是否完整复制；如仍不行，请向管理员申请新的令牌',
    mendEn: 'Check that it was copied whole; otherwise ask the administrator for a new one',
  },
  'token-expiry-past': {
    zh: '令牌的到期时间 {value} 已经过去',
    en: 'The expiry {value} of the token has passed already',
    mendZh: '换一个将来的日期',
    mendEn: 'Choose a time in the future',
  },
  'last-admin': {
    zh: '这是最后一个有效的管理员令牌，不能吊销',
    en: 'This is the last valid administrator token and cannot be revoked',
    mendZh: '先新建一个管理员令牌，再吊销这一个',
    mendEn: 'Create another administrator token first, then revoke this one',
  },
  forbidden: {
    zh: '此操作需要“{needed}”及以上角色，当前令牌的角色是“{held}”',
    en: 'This needs the role "{needed}" or higher; the token has "{held}"',
    mendZh: '请有权限的同事操作，或请管理员更换令牌',
    mendEn: 'Ask a colleague with that role, or the administrator for another token',
  },
  'list-forbidden': {
    zh: '这份文件是{list}，上传它需要“{needed}”及以上角色，当前令牌的角色是“{held}”；没有写入任何内容',
    en: 'This file is a {listEn}; uploading it needs the role "{needed}" or higher, the token has "{held}"; nothing was stored',
    mendZh: '请有权限的同事上传，或请管理员更换令牌',
    mendEn: 'Ask a colleague with that role, or the administrator for another token',
  },
  conflict: { zh: '与现有数据冲突：{detail}', en: 'In conflict with what is stored: {detail}' },
  'payload-too-large': {
    zh: '内容超过上限 {limit}',
    en: 'The content exceeds the limit of {limit}',
    mendZh: '拆分后分次上传',
    mendEn: 'Split it and upload the parts',
  },
  'too-many-requests': {
    zh: '请求过于频繁，请 {seconds} 秒后再试',
    en: 'Too many requests; try again in {seconds} s',
  },
  'unsupported-media-type': {
    zh: '不支持的内容类型 {type}',
    en: 'The content type {type} is not supported',
    mendZh: '请用 {expected}',
    mendEn: 'Use {expected}',
  },
  unavailable: {
    zh: '服务暂时不可用：{detail}',
    en: 'The service is unavailable for the moment: {detail}',
    mendZh: '稍后重试；未确认的数据没有写入',
    mendEn: 'Try again later; nothing unacknowledged was stored',
  },
  'timed-out': {
    zh: '处理超时，结果未知',
    en: 'Handling took too long; the outcome is unknown',
    mendZh: '先查询是否已经生效，再决定是否重试',
    mendEn: 'Look whether it took effect before trying again',
  },
  'outcome-unknown': {
    zh: '提交的时候与数据库的连接断了，结果未知：可能已经写入，也可能没有',
    en: 'The connection to the database broke during the commit: the data may or may not be stored',
    mendZh: '稍后把同样的内容再提交一次；已写入的不会重复',
    mendEn: 'Submit the same again later; what is stored already will not be stored twice',
  },
  internal: {
    zh: '服务内部错误，已记入日志（编号 {requestId}）',
    en: 'Internal error, logged as {requestId}',
    mendZh: '稍后重试；如仍出现，把编号告诉管理员',
    mendEn: 'Try again later; if it stays, tell the administrator the number',
  },
} as const satisfies Record<string, MessageTemplate>;
