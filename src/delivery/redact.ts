const hidden = '[…]';
/** Shorter pieces would take ordinary words out of a message. */
const shortestPiece = 8;

/**
 * A text without the secrets of a channel, whole or in part: of an address also its path, its parameters and their
 * values, as they are and percent-encoded. The senders promise not to tell them; this is the second line of defence.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const pieces = secrets.flatMap((secret) => [secret, ...piecesOf(secret)]).filter((piece) => piece !== '');
  // The longest first: a piece of it would leave the rest standing.
  const ordered = [...new Set(pieces)].sort((a, b) => b.length - a.length);
  return ordered.reduce((rest, piece) => rest.replaceAll(piece, hidden), text);
}

function piecesOf(secret: string): string[] {
  const encoded = [encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
  if (!URL.canParse(secret)) return encoded;
  const { href, pathname, search, searchParams, username, password } = new URL(secret);
  const parts = [
    ...pathname.split('/'),
    ...[...searchParams.values()],
    username,
    password,
    `${pathname}${search}`,
    search,
  ].filter((part) => part.length >= shortestPiece);
  return [...encoded, href, ...parts, ...parts.map(encodeURIComponent)];
}
