/** Points by number: each has a key of its own, and a value that tells it from its neighbours. */
export const siteCount = 5;
const firstHour = Date.parse('2001-01-01T01:00:00+08:00') / 1000;

export const siteOf = (number) => `numbered-${number % siteCount}`;

/** The end of the point's hour, in seconds. */
export const hourOf = (number) => firstHour + Math.floor(number / siteCount) * 3_600;

/** Plausible, and not the same in two hours that follow each other. */
export const valueOf = (number) => ((number * 7) % 997) / 10 + 0.1;

/** The number of a point by its site's code and the start of its hour. */
export const numberOf = (site, startSeconds) =>
  ((startSeconds + 3_600 - firstHour) / 3_600) * siteCount + Number(site.slice('numbered-'.length));
