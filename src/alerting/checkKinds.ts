/** Checks of single indicators, with an alert for each; the others are about the whole row. */
export const byIndicator: ReadonlySet<string> = new Set(['constant', 'jump', 'negatives']);
