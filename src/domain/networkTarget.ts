/** Widest networks that may be listed: all of 10.0.0.0/8 or of fd00::/8, and nothing wider. */
const widest = { v4: 8, v6: 8 } as const;

/** A target as it is compared, or what is wrong with it. */
export type NetworkTarget =
  { readonly target: string } | { readonly problemZh: string; readonly problemEn: string };

const hostPattern =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * Reads a network (`10.1.0.0/16`, `fd00::/8`), an address or the name of a host. The address of a network must have no
 * bits beyond its prefix: who writes 10.1.2.3/8 may mean something narrower.
 */
export function readNetworkTarget(text: string): NetworkTarget {
  const given = text.trim().toLowerCase();
  const [address = '', prefixText, ...rest] = given.split('/');
  const version = address.includes(':') ? 'v6' : /^[\d.]+$/.test(address) ? 'v4' : undefined;
  if (version === undefined) {
    return prefixText === undefined && hostPattern.test(given)
      ? { target: given }
      : wrong('不是网段、地址或主机名', 'neither a network nor an address nor the name of a host');
  }
  const bits = version === 'v4' ? readIpv4(address) : readIpv6(address);
  if (bits === undefined || rest.length > 0) return wrong('不是网段、地址或主机名', 'no network or address');
  if (prefixText === undefined) return { target: address };
  const length = version === 'v4' ? 32 : 128;
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  if (!(prefix <= length))
    return wrong(`前缀长度应为 ${widest[version]} 至 ${length}`, 'the prefix length is wrong');
  if (prefix < widest[version])
    return wrong(
      `网段太大，前缀长度至少为 ${widest[version]}`,
      `too wide: at least /${widest[version]} is needed`,
    );
  const host = BigInt(length - prefix);
  if (bits !== (bits >> host) << host)
    return wrong('地址在前缀之外还有非零位，请核对范围', 'the address has bits beyond its prefix');
  return { target: `${address}/${prefix}` };
}

function wrong(problemZh: string, problemEn: string): NetworkTarget {
  return { problemZh, problemEn };
}

function readIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  // A leading zero means octal to some readers.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function readIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...head!, ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  const missing = 8 - groups.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = tail === undefined ? groups : [...head!, ...Array<string>(missing).fill('0'), ...tail];
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
