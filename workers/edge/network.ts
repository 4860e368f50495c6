/** Of an IPv6 address's eight groups, those that name the network (RFC 4291, section 2.5.4). */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/**
 * What is counted as one client: an IPv4 address, or the /64 network of an IPv6 one, as whoever has one such address has all 2⁶⁴ of its network.
 * `address` is as the platform tells it (RFC 5952), so that equal networks have equal texts.
 */
export function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail = ""] = address.split("::");
  const groups = head.split(":").filter(Boolean);
  const last = tail.split(":").filter(Boolean);
  const zeros = Array<string>(Math.max(0, GROUPS - groups.length - last.length)).fill("0");
  return `${[...groups, ...zeros, ...last].slice(0, NETWORK_GROUPS).join(":")}::/64`;
}
