/** A proof document: everything a figure rests on, every step, the result and a digest of the inputs. */
export interface Proof {
  format: string;
  inputs: Record<string, unknown>;
  rules: Record<string, unknown>[];
  steps: Record<string, unknown>[];
  result: unknown;
  sha256: string;
}

/** Proofs as of what was stored at an instant; `null` is now. `undefined` where there is no such figure. */
export interface ProofService {
  target(id: number, asOf: string, knownAt: string | null): Promise<Proof | undefined>;
  /** One day of a group of stations, from the stations' hours. */
  airDay(group: string, day: string, knownAt: string | null): Promise<Proof | undefined>;
  /** A month (`YYYY-MM`) or year (`YYYY`) of a group of stations, from the stations' days. */
  airPeriod(group: string, period: string, knownAt: string | null): Promise<Proof | undefined>;
  /** One month (`YYYY-MM`) of a section, from its rows. */
  waterMonth(site: string, month: string, knownAt: string | null): Promise<Proof | undefined>;
  /** A year (`YYYY`) of a section, from its months. */
  waterYear(site: string, year: string, knownAt: string | null): Promise<Proof | undefined>;
}
