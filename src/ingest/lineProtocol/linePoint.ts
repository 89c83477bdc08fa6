/** A value of a field. Floats are finite; integers and unsigned integers have 64 bits. */
export type LineValue =
  | { readonly kind: 'float'; readonly value: number }
  /** A BigInt only where no number is exact. */
  | { readonly kind: 'integer' | 'unsigned'; readonly value: number | bigint }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string };

export type LineField = LineValue & { readonly key: string };

/** A moment: epoch milliseconds, rounded down, and the nanoseconds (0 to 999,999) beyond them. */
export interface LineTime {
  readonly epochMs: number;
  readonly nanoseconds: number;
}

/** One entry of line protocol, without escapes. Keys may occur twice: the grammar has nothing against it. */
export interface LinePoint {
  readonly measurement: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly fields: readonly LineField[];
  /** `null` when the line gives none: then it means the time of its arrival. */
  readonly time: LineTime | null;
}
