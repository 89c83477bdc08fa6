/** Which end of the hour the labels of a source name. */
export type HourLabel = 'end' | 'start';

/** Which day Excel's serial dates count from: most workbooks 1900, some that were made on a Mac 1904. */
export type DateSystem = 1900 | 1904;
