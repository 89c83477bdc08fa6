import type { Proof } from '../src/http/services/proofs.js';

/** Where a leaf of a JSON document is. */
export type Leaf = readonly string[];

/** Every value of a document that holds no other. */
export function leavesOf(value: unknown, path: Leaf = []): Leaf[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** Another value of the same sort: a digit more, a word longer, the other truth. */
export function change(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === null) return 1;
  const text = value as string;
  return /^-?\d+(\.\d+)?$/.test(text) ? `${text}1` : `${text}x`;
}

function holderOf(document: unknown, path: Leaf): Record<string, unknown> {
  let at = document as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  return at;
}

/** The value of a leaf. */
export function valueAt(document: unknown, path: Leaf): unknown {
  return holderOf(document, path)[path.at(-1)!];
}

/** Does something with a document in which one leaf is another, and puts the leaf back. */
export async function withChanged<T>(document: unknown, path: Leaf, work: () => Promise<T>): Promise<T> {
  const holder = holderOf(document, path);
  const last = path.at(-1)!;
  const before = holder[last];
  holder[last] = change(before);
  try {
    return await work();
  } finally {
    holder[last] = before;
  }
}

/** The inputs of a proof with a few days of each list: a figure of its own, small enough to try every leaf. */
export function shorten(proof: Proof): Proof['inputs'] {
  const inputs = structuredClone(proof.inputs);
  const cut = (name: string, from: number, to?: number) => {
    if (Array.isArray(inputs[name])) inputs[name] = inputs[name].slice(from, to);
  };
  cut('stationDays', 0, 8);
  cut('earlierDays', -3);
  cut('origins', 0, 5);
  return inputs;
}
