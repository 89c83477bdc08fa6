import type { DeviceSource } from '../../domain/deviceSource.js';
import type { Actor } from '../../domain/role.js';

/** A definition as it stood at one time. */
export interface DeviceSourceInfo {
  definition: DeviceSource;
  version: number;
  editedAt: string;
  editedBy: string;
  reason: string;
}

/** Lines that wait for the same reason. */
export interface QuarantineGroupInfo {
  code: string;
  measurement: string;
  subject: string;
  lines: number;
  firstAt: string;
  lastAt: string;
  messageZh: string;
  messageEn: string;
}

/** Which lines; an absent part means all. */
export interface QuarantineSelection {
  code?: string | undefined;
  measurement?: string | undefined;
  subject?: string | undefined;
}

/** How lines of devices are read, and those that could not be. */
export interface DeviceService {
  listSources(): Promise<DeviceSourceInfo[]>;
  /** With all its versions, the newest first; `undefined` when there is none. */
  findSource(code: string): Promise<{ current: DeviceSourceInfo; versions: DeviceSourceInfo[] } | undefined>;
  /** Records a new version. Throws `device-source-invalid` naming what does not exist. */
  putSource(actor: Actor, definition: DeviceSource, reason: string): Promise<DeviceSourceInfo>;
  listQuarantine(selection: QuarantineSelection): Promise<QuarantineGroupInfo[]>;
  /** Reads waiting lines again by the definitions in force, in the name of who sent them. */
  replay(
    actor: Actor,
    selection: QuarantineSelection,
    reason: string,
  ): Promise<{ taken: number; remaining: number }>;
  /** Lets waiting lines go. */
  discard(actor: Actor, selection: QuarantineSelection, reason: string): Promise<{ discarded: number }>;
}
