/** Which end of the hour the labels of a source name. */
export type HourLabel = 'end' | 'start';

/** Which day Excel's serial dates count from: most workbooks 1900, some that were made on a Mac 1904. */
export type DateSystem = 1900 | 1904;

/** How dates with the year last are written: 01/09/2019 is the ninth of January, or the first of September. */
export const dateOrders = ['month-first', 'day-first'] as const;
export type DateOrder = (typeof dateOrders)[number];
