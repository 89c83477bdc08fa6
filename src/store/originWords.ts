/** Where a stored value came from: `upload 12`, or the kind of its write with the source, such as `device air-station`. */
export function originWords(row: {
  readonly uploadId: string | null;
  readonly kind: string | null;
  readonly source: string | null;
}): string {
  if (row.uploadId !== null) return `upload ${row.uploadId}`;
  return `${row.kind ?? ''}${row.source === null ? '' : ` ${row.source}`}`;
}
