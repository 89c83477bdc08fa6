import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Finds all addresses of a name; `dns.lookup` unless a test hands in its own. */
export type Resolver = (
  host: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Raised at connect time for an address that is neither public nor on the allow-list. */
export class AddressRefusedError extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/** What an operator allowed besides public addresses. */
export interface AllowList {
  readonly ranges: readonly [Address, number][];
  /** Names whose addresses are all allowed, in lower case. */
  readonly hosts: ReadonlySet<string>;
}

const hostPattern = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/;

/**
 * Reads an allow-list: addresses (`10.1.2.3`), ranges (`10.0.0.0/8`, `fd00::/8`) and names (`smtp.county.example`).
 * Entries that are none of these are told in `faults`, and allow nothing.
 */
export function parseAllowList(
  entries: readonly string[],
): AllowList & { readonly faults: readonly string[] } {
  const ranges: [Address, number][] = [];
  const hosts = new Set<string>();
  const faults: string[] = [];
  for (const entry of entries) {
    const text = entry.trim().toLowerCase();
    if (isIP(text) !== 0 && !text.includes('%')) {
      const address = ipaddr.process(text);
      ranges.push([address, address.kind() === 'ipv4' ? 32 : 128]);
    } else if (isIP(text.split('/')[0] ?? '') !== 0 && ipaddr.isValidCIDR(text))
      ranges.push(ipaddr.parseCIDR(text));
    else if (hostPattern.test(text) && !/^[\d.]+$/.test(text)) hosts.add(text.replace(/\.$/, ''));
    else faults.push(entry);
  }
  return { ranges, hosts, faults };
}

// What of IPv6 is in use in public; the rest embeds other addresses or is reserved.
const publicIpv6 = ipaddr.parseCIDR('2000::/3');

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(publicIpv6);
}

/** Refuses addresses by which a channel could reach into the service's own network. */
export interface AddressGuard {
  /** Whether a connection to this address, found for this name, is allowed. */
  readonly allows: (address: string, host: string) => boolean;
  /** For `net.connect` and `http.request`: hands on only allowed addresses, so that what was checked is connected. */
  readonly lookup: LookupFunction;
}

/**
 * A guard that allows public addresses and what is on the allow-list; loopback, private, link-local, shared (100.64/10),
 * multicast, reserved and tunnelled addresses, and IPv4 within IPv6, are refused else.
 */
export function createAddressGuard(
  allow: readonly string[] = [],
  resolve: Resolver = systemLookup,
): AddressGuard {
  const list = parseAllowList(allow);
  const allows = (text: string, host: string): boolean => {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    if (isPublic(address) || list.hosts.has(host.toLowerCase().replace(/\.$/, ''))) return true;
    return list.ranges.some(
      ([range, bits]) => range.kind() === address.kind() && address.match([range, bits]),
    );
  };
  const lookup: LookupFunction = (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '');
      const addresses = found.filter(({ address }) => allows(address, host));
      const [first] = addresses;
      if (first === undefined) return callback(new AddressRefusedError('address refused'), '');
      if (options.all === true) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
  return { allows, lookup };
}

/** Throws for a literal address that the guard refuses: no lookup is made for these. */
export function checkLiteral(guard: AddressGuard, host: string): void {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0 && !guard.allows(bare, bare)) throw new AddressRefusedError('address refused');
}

/** Opens a TCP connection to an allowed address of the host, within `timeoutMs`. */
export function connectGuarded(
  guard: AddressGuard,
  { host, port, timeoutMs }: { host: string; port: number; timeoutMs: number },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    checkLiteral(guard, host);
    const socket = connect({ host, port, lookup: guard.lookup });
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })),
      timeoutMs,
    );
    // Stays for the life of the socket: an error before somebody else listens must not end the process.
    socket.on('error', reject);
    socket.once('close', () => clearTimeout(timer));
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
