// Spreadsheets run a cell that begins so as a formula; Chinese Excel takes the full-width forms for the same.
const formulaPattern = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u;
const hiddenStart = /([,;|\t\r\n]\s*)(?=[=+\-@＝＋－＠])/gu;

/** Puts an apostrophe before a text that a spreadsheet would run as a formula; other texts stay as they are. */
export function neutraliseFormula(text: string): string {
  return formulaPattern.test(text) ? `'${text}` : text;
}

/**
 * As `neutraliseFormula`, also behind every separator inside the text: for sentences that quote what others wrote and
 * stand in a table whose separator the reader's program may take for another one.
 */
export function neutraliseSentence(text: string): string {
  return neutraliseFormula(text).replace(hiddenStart, "$1'");
}
