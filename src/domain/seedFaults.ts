/** Collects faults as lines `file: entry n (key): field x: what is wrong`. */
export class Faults {
  readonly lines: string[] = [];

  add(file: string, entry: number, key: string, field: string, fault: string): void {
    const name = key === '' ? '' : ` (${key})`;
    this.lines.push(`${file}: entry ${entry + 1}${name}: field ${field}: ${fault}`);
  }

  throwIfAny(): void {
    if (this.lines.length > 0) throw new Error(`Seed files are faulty:\n${this.lines.join('\n')}`);
  }
}

/** The code or number of an entry, for its faults; empty where it has none. */
export function keyOf(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return '';
  const key = 'code' in entry ? entry.code : 'id' in entry ? entry.id : undefined;
  return typeof key === 'string' || typeof key === 'number' ? String(key) : '';
}

/** Finds entries that share a key. */
export function checkUnique<T extends object>(
  file: string,
  field: string,
  entries: readonly T[],
  key: (entry: T) => string,
  faults: Faults,
): void {
  const seen = new Set<string>();
  entries.forEach((entry, index) => {
    const value = key(entry);
    if (seen.has(value)) faults.add(file, index, keyOf(entry), field, `'${value}' occurs twice`);
    seen.add(value);
  });
}
