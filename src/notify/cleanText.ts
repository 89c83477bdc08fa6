/** Turns the reading direction of what follows it: a name could show itself as another. */
const directionMarks = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const segmenter = new Intl.Segmenter('zh');

/**
 * A text given by people as one line that every channel can carry: line breaks and control characters become a space,
 * halves of characters become U+FFFD, marks that turn the reading direction go. A text of which nothing is left becomes —.
 */
export function cleanText(text: string): string {
  const line = text
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(directionMarks, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line === '' ? '—' : line;
}

/** The text within so many UTF-16 units, cut between whole characters as people see them, with … where it was cut. */
export function clipText(text: string, units: number): string {
  if (text.length <= units) return text;
  let end = 0;
  for (const { index, segment } of segmenter.segment(text)) {
    if (index + segment.length > units - 1) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}…`;
}

/** Bytes of the text in UTF-8, in which the providers count. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The address in its normal form, without characters that end a link in Markdown or HTML; undefined unless http(s). */
export function httpLink(link: string | undefined): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  return url.href.replace(
    /[()<>[\]"'`\\|*_~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const fullWidth: Readonly<Record<string, string>> = {
  '*': '＊',
  '`': '｀',
  '[': '［',
  ']': '］',
  '<': '＜',
  '>': '＞',
  '\\': '＼',
  '|': '｜',
  '~': '～',
  '&': '＆',
  '@': '＠',
};

/**
 * A text inside the Markdown of a robot. Whether their clients know backslash escapes is not documented, so that marks
 * become their full-width look-alikes, and addresses no longer link; `_` stays between letters and digits, as in PM2_5.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[*`[\]<>\\|~&@]/g, (mark) => fullWidth[mark] ?? mark)
    .replaceAll('://', '：//')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '＿');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text inside HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => entities[mark] ?? mark);
}
