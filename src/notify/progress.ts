/**
 * Remembers, for messages that go out in parts, which parts the receiver took, so that a further attempt sends only the
 * rest. It lives as long as the process; after that a part may arrive twice, with the same key.
 */
export class Progress {
  private readonly taken = new Map<string, Set<string>>();

  constructor(private readonly most = 500) {}

  /** Whether a part was taken before. */
  has(key: string, part: string): boolean {
    return this.taken.get(key)?.has(part) ?? false;
  }

  /** Notes a part as taken; the oldest messages are forgotten beyond the most remembered. */
  add(key: string, part: string): void {
    const parts = this.taken.get(key) ?? new Set();
    this.taken.delete(key);
    this.taken.set(key, parts.add(part));
    const oldest = this.taken.keys().next();
    if (this.taken.size > this.most && oldest.done !== true) this.taken.delete(oldest.value);
  }

  /** Forgets a message that arrived whole: sending it again is meant. */
  forget(key: string): void {
    this.taken.delete(key);
  }
}
