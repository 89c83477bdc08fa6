import type { MessageTemplate } from './template.js';

/** Refusals of stale trial runs and of undoing uploads. */
export const undoMessages = {
  'stale-trial': {
    zh: '试读结果已经过时：{reason}；没有写入任何数据',
    en: 'The trial run is out of date: {reasonEn}; nothing was stored',
    mendZh: '重新试读，核对结果后再提交',
    mendEn: 'Try the file again, look at the result, then commit',
  },
  'undo-conflict': {
    zh: '上传 {id} 写入的数据有 {count} 处后来又被改过，没有撤销任何数据',
    en: '{count} things that upload {id} stored were changed by later writes; nothing was undone',
    mendZh:
      '先撤销列出的后来的上传；或者带 confirm=true 再提交：后来改过的值保持现状，只收回现在仍来自这次上传的值，这些值上后来加的“无效”标记一并取消',
    mendEn:
      'Undo the later uploads first; or confirm: later values then stay, only values that still come from this upload are taken back, and later "invalid" marks on those go with them',
  },
  'already-undone': {
    zh: '上传 {id} 已由 {by} 撤销，原因：{reason}',
    en: 'Upload {id} was undone already by {by}; reason: {reason}',
    mendZh: '如需恢复，把原文件重新上传',
    mendEn: 'To have its data again, upload the file again',
  },
  'nothing-to-undo': {
    zh: '上传 {id} 没有通过检查，本来就没有写入数据，不需要撤销',
    en: 'Upload {id} was rejected and stored nothing; there is nothing to undo',
  },
  'undo-not-yours': {
    zh: '上传 {id} 不是您上传的，撤销别人的上传需要审核（reviewer）权限',
    en: 'Upload {id} is not yours; undoing uploads of others takes the role reviewer',
    mendZh: '请上传者本人或审核人员撤销',
    mendEn: 'Ask its uploader or a reviewer',
  },
} as const satisfies Record<string, MessageTemplate>;

/** What the answer of an undo tells besides its numbers. */
export const undoNotices = {
  'notice-undo-kept': {
    zh: '{count} 处后来被改过，保持现状；要一并收回，请再撤销改它们的上传',
    en: '{count} things were changed later and stay as they are; to take them back too, undo the uploads that changed them',
  },
  'notice-undo-repeated': {
    zh: '这些上传里有与当时已入库相同的值，相同的值不会再存一次，随本次撤销一起收回的可能也在其中；需要保留的请重新上传：{uploads}',
    en: 'These uploads held values equal to stored ones, which are not stored twice and may be among those taken back; upload again what is to stay: {uploads}',
  },
} as const satisfies Record<string, MessageTemplate>;
