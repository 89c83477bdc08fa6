import type { Actor } from '../../domain/role.js';

/** What has become of readings that are mirrored to an InfluxDB. */
export interface MirrorView {
  /** `elsewhere`: another process of the service mirrors. `stopped`: the database does not answer. */
  readonly status: 'off' | 'starting' | 'elsewhere' | 'sending' | 'idle' | 'outage' | 'stopped';
  /** Address and bucket, without credentials. */
  readonly target: string | null;
  /** Rows that wait are at most so many. */
  readonly waiting: { readonly writes: number; readonly rows: number; readonly lagSeconds: number };
  readonly sent: { readonly rows: number; readonly at: string | null };
  /** Lines that the mirror refused for their content while it took others. */
  readonly refused: { readonly lines: number; readonly last: string | null; readonly at: string | null };
  /** Values that were taken back here and stay in the mirror. */
  readonly valuesRemoved: number;
  readonly error: { readonly message: string; readonly at: string } | null;
}

export interface MirrorService {
  view(): Promise<MirrorView>;
  /** Has everything that is stored sent again; `undefined` where nothing is mirrored. */
  resend(actor: Actor, reason: string): Promise<MirrorView | undefined>;
}
