import { Decimal } from '../../domain/decimal.js';
import type { PublicationAt } from '../../store/publishedAt.js';
import { atPublishedPrecision } from '../publishedFigures.js';

/** What a published figure is beside what the proof computes. */
export interface PublicationFinding {
  readonly subject: string;
  readonly period: string;
  readonly publishedValue: string;
  readonly document: string;
  readonly publishedOn: string;
  /** What the proof computes, at the published precision. */
  readonly computedValue: string | null;
  readonly agrees: boolean;
  /** A later mark took this one's place. */
  readonly replaced: boolean;
  /** 已公布数据变更: how often a notice was raised about it. */
  readonly notices: number;
  readonly words: { readonly zh: string; readonly en: string };
}

/**
 * Says of each published value whether it is still what is computed.
 *
 * @param computed the figure that a mark is about, unrounded or at least as precise as was published
 */
export function comparePublications(
  published: readonly PublicationAt[],
  computed: (mark: PublicationAt) => string | null,
): PublicationFinding[] {
  return published.map((mark) => {
    const { subject, period, publishedValue, document, publishedOn, replaced } = mark;
    const text = computed(mark);
    const computedValue = atPublishedPrecision(text === null ? null : new Decimal(text), publishedValue);
    const agrees = computedValue !== null && new Decimal(computedValue).eq(publishedValue);
    const base = { subject, period, publishedValue, document, publishedOn, computedValue, agrees, replaced };
    return {
      ...base,
      notices: mark.notices.length,
      words: agrees
        ? {
            zh: `已公布：${publishedValue}（${document}，${publishedOn}）；与现算一致`,
            en: `Published as ${publishedValue} (${document}, ${publishedOn}); still what is computed`,
          }
        : {
            zh: `已公布数据变更：公布 ${publishedValue}（${document}，${publishedOn}），现算 ${computedValue ?? '无'}`,
            en: `Published as ${publishedValue} (${document}, ${publishedOn}); computed now: ${computedValue ?? 'none'}`,
          },
    };
  });
}
