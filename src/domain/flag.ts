/** What is unusual about one stored value, or (indicator `*`) about a whole row. Flags are a set. */
export const flags = ['below-detection', 'no-flow', 'maintenance', 'suspect', 'invalid', 'valid'] as const;
export type Flag = (typeof flags)[number];

/** Stands for all indicators of a row in flags and raw texts. */
export const wholeRow = '*';
