const hidden = '［已隐去］';

/**
 * A text of the receiver fit to be shown and stored: without 企业微信's tracing (`hint: […], from ip: …`), addresses,
 * anything that looks like a token, and without the channel's own secrets; one line of at most 200 characters.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let shown = text.slice(0, 2000);
  for (const secret of secrets) if (secret.length >= 4) shown = shown.replaceAll(secret, hidden);
  return shown
    .replace(/,?\s*(hint|from ip|more info at)\s*:.*$/is, '')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, hidden)
    .replace(/\b(access_token|token|key|sign|secret|password)\s*[=:]\s*\S+/gi, `$1=${hidden}`)
    .replace(/[A-Za-z0-9_+/=-]{24,}/g, hidden)
    .replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

/** The parts of an address that are secrets: itself, its last path part, its query values and its user and password. */
export function secretsOfUrl(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const url = new URL(address);
  const parts = [
    address,
    url.href,
    `${url.pathname}${url.search}`,
    url.search,
    ...url.searchParams.values(),
    url.pathname.split('/').at(-1) ?? '',
    url.username,
    url.password,
  ];
  return [...new Set(parts)].filter((part) => part.length >= 4);
}
