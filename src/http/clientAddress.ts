import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Whether an address is that of a reverse proxy which may say where a request came from. */
export type TrustsAddress = (address: string) => boolean;

/**
 * Trusts the addresses and networks of a list.
 *
 * @throws Error when an entry is neither an address nor a network
 */
export function trustOf(list: readonly string[]): TrustsAddress {
  const networks = list.map((entry) =>
    entry.includes('/')
      ? ipaddr.parseCIDR(entry)
      : ([ipaddr.process(entry), ipaddr.process(entry).kind() === 'ipv4' ? 32 : 128] as const),
  );
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const found = ipaddr.process(address);
    return networks.some(([network, bits]) => network.kind() === found.kind() && found.match(network, bits));
  };
}

/** Who sent a request: behind trusted proxies the last address that none of them has, otherwise the connection's. */
export function clientAddressOf(request: IncomingMessage, trusts: TrustsAddress): string {
  let address = request.socket.remoteAddress ?? 'unknown';
  const said = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(said) ? said.join(',') : (said ?? '')).split(',').reverse();
  for (const hop of hops) {
    if (!trusts(address) || !ipaddr.isValid(hop.trim())) break;
    address = hop.trim();
  }
  return address;
}
