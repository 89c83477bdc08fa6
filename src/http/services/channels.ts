import type { ChannelType } from '../../domain/channel.js';
import type { Actor } from '../../domain/role.js';

/** Of a secret only that there is one, since when, and at most its last four characters. */
export interface SecretInfo {
  field: string;
  set: true;
  setAt: string;
  /** `null` for addresses, for passwords, for short secrets, and where the service cannot read it. */
  hint: string | null;
}

export interface ChannelInfo {
  id: number;
  version: number;
  /** By what routes name it. */
  code: string;
  name: string;
  type: ChannelType;
  /** Without secrets. */
  settings: Record<string, unknown>;
  secrets: SecretInfo[];
  disabled: boolean;
}

export interface ChannelVersionInfo {
  version: number;
  name: string;
  settings: Record<string, unknown>;
  disabled: boolean;
  removed: boolean;
  /** Secrets that were given anew or taken away. */
  secretsChanged: string[];
  recordedAt: string;
  recordedBy: string;
  office: string;
  reason: string;
}

export interface ChannelInput {
  /** Left out: the stored one, or `channel-<id>`. */
  code?: string | undefined;
  name: string;
  /** Of `channelSettingsSchema`; a secret left out keeps the stored one, `null` takes it away. */
  settings: { type: ChannelType } & Record<string, unknown>;
  disabled: boolean;
  reason: string;
}

/** What became of a test. */
export interface ChannelTestInfo {
  delivered: boolean;
  outcome: 'delivered' | 'retry' | 'refused';
  code: string | null;
  messageZh: string;
  /** The message among the notifications. */
  notificationId: string;
}

/** What a channel of a type is, and what each of its settings means. */
export interface ChannelTypeInfo {
  type: ChannelType;
  nameZh: string;
  aboutZh: string;
  settings: { name: string; aboutZh: string; secret: boolean }[];
}

/** Where messages go. */
export interface ChannelService {
  types(): ChannelTypeInfo[];
  list(): Promise<ChannelInfo[]>;
  /** With all its versions, the newest first; `undefined` when there is none. */
  find(id: number): Promise<{ current: ChannelInfo; versions: ChannelVersionInfo[] } | undefined>;
  create(actor: Actor, input: ChannelInput): Promise<ChannelInfo>;
  update(actor: Actor, id: number, input: ChannelInput): Promise<ChannelInfo>;
  /** Messages that wait for it become dead letters. */
  remove(actor: Actor, id: number, reason: string): Promise<{ deadLetters: number }>;
  /** Sends a test message now, also over a disabled channel. */
  test(actor: Actor, id: number): Promise<ChannelTestInfo>;
}

export interface AllowanceInfo {
  id: number;
  target: string;
  reason: string;
  addedAt: string;
  addedBy: string;
  office: string;
}

/** Private addresses that channels may call. */
export interface AllowanceService {
  list(): Promise<AllowanceInfo[]>;
  add(actor: Actor, target: string, reason: string): Promise<AllowanceInfo>;
  remove(actor: Actor, id: number, reason: string): Promise<AllowanceInfo>;
}
