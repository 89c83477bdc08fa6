/** A site by what it is called. */
export interface NamedSite {
  readonly name: string;
  readonly aliases: readonly string[];
}

interface Candidate {
  readonly name: string;
  readonly forms: readonly (readonly [text: string, pairs: ReadonlySet<string>])[];
}

const leastScore = 0.4;
// What bureaus write behind a name, with brackets or without.
const remarks =
  /(?:对照点|直管站|国控点?|省控点?|区控点?|市控点?|自动站|监测站|监测点|空气站|断面|点位|站点|站)$/;

/**
 * A search for registered names that resemble a text: by the name as a whole, without what stands in brackets, by what
 * stands there, and without a trailing remark (`水乡路(直管站)`, 水乡路直管站, 水乡路). Aliases count for their site.
 */
export function createNearNames(sites: readonly NamedSite[]): (text: string) => string[] {
  let candidates: Candidate[] | undefined;
  return (text) => {
    candidates ??= sites.map(({ name, aliases }) => ({ name, forms: [name, ...aliases].flatMap(formsOf) }));
    const wanted = formsOf(text);
    const scored = candidates.map(({ name, forms }) => ({ name, score: bestScore(wanted, forms) }));
    const near = scored.filter(({ score }) => score >= leastScore).sort((a, b) => b.score - a.score);
    return [...new Set(near.map(({ name }) => name))].slice(0, 3);
  };
}

function formsOf(text: string): [string, ReadonlySet<string>][] {
  const folded = text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
  const bare = folded.replace(/[()[\]【】]/g, '');
  const outside = folded.replace(/[([【][^)\]】]*[)\]】]/g, '');
  const inside = /[([【]([^)\]】]+)[)\]】]/.exec(folded)?.[1] ?? '';
  const forms = [bare, outside, inside, bare.replace(remarks, ''), outside.replace(remarks, '')];
  return [...new Set(forms)].filter((form) => form !== '').map((form) => [form, pairsOf(form)]);
}

function bestScore(wanted: Candidate['forms'], forms: Candidate['forms']): number {
  let best = 0;
  wanted.forEach(([text, pairs], i) =>
    forms.forEach(([other, otherPairs], j) => {
      // The text as a whole says more than its parts.
      const weight = i === 0 && j === 0 ? 1 : 0.95;
      best = Math.max(best, weight * (text === other ? 1 : similarity(pairs, otherPairs)));
    }),
  );
  return best;
}

/** The pairs of neighbouring characters of a text, brackets and blanks left out. */
export function pairsOf(text: string): ReadonlySet<string> {
  const bare = text.replace(/[()（）\s]/g, '');
  if (bare.length < 2) return new Set([bare]);
  return new Set(Array.from({ length: bare.length - 1 }, (_, index) => bare.slice(index, index + 2)));
}

/** The share of pairs that two texts have in common, 0 to 1. */
export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}
