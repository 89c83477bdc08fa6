import { alertMessages } from './messages/alerts.js';
import { channelMessages } from './messages/channels.js';
import { deviceMessages } from './messages/devices.js';
import { importMessages } from './messages/import.js';
import { lineProtocolMessages } from './messages/lineProtocol.js';
import { problemMessages } from './messages/problem.js';
import { qualityMessages } from './messages/quality.js';
import { siteMessages } from './messages/sites.js';
import { sourceMessages } from './messages/source.js';
import type { MessageTemplate } from './messages/template.js';
import { undoNotices } from './messages/undo.js';
import { uploadMessages } from './messages/upload.js';
import { workbookMessages } from './messages/workbook.js';

export type { MessageTemplate };

/** The one catalogue of everything the service says about faults, keyed by stable code. */
export const messages = {
  ...problemMessages,
  ...uploadMessages,
  ...importMessages,
  ...workbookMessages,
  ...sourceMessages,
  ...siteMessages,
  ...qualityMessages,
  ...undoNotices,
  ...lineProtocolMessages,
  ...deviceMessages,
  ...channelMessages,
  ...alertMessages,
} as const;
export type MessageCode = keyof typeof messages;
export type Language = 'zh' | 'en';

/**
 * The message of a code in a language, with its parameters filled in; a parameter that is not given stays visible
 * as `{name}` so that the gap is noticed.
 */
export function formatMessage(
  code: MessageCode,
  language: Language,
  params: Readonly<Record<string, string | number>> = {},
): string {
  return fill(messages[code][language], params);
}

/** What to do about it, in a language; empty when the catalogue gives no advice. */
export function formatMend(
  code: MessageCode,
  language: Language,
  params: Readonly<Record<string, string | number>> = {},
): string {
  const template: MessageTemplate = messages[code];
  return fill((language === 'zh' ? template.mendZh : template.mendEn) ?? '', params);
}

// Faults recorded before a parameter had an English form have only the other one.
function fill(template: string, params: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(params[name] ?? (name.endsWith('En') ? params[name.slice(0, -2)] : undefined) ?? whole),
  );
}
