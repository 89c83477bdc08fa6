/**
 * Numbers as the text of a PostgreSQL array, NaN as null. The driver would quote every element, which for thousands of
 * them takes longer than the statement.
 */
export function arrayText(numbers: readonly number[]): string {
  const text = `{${numbers.join(',')}}`;
  return text.includes('N') ? text.replaceAll('NaN', 'null') : text;
}
