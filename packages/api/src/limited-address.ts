import { isIPv4, isIPv6 } from "node:net";

/**
 * Under what a caller's address is counted: of IPv6 the first 64 bits, because a customer of any provider has as many addresses as he likes
 * that begin with those (RFC 6177); without the port that some proxies add to `X-Forwarded-For`, and IPv4 in one form.
 */
export const limitedAddress = (ip: string | null): string => {
  if (ip === null) return "unknown";
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(ip) ?? [];
  const [address = ""] = (bracketed ?? dotted ?? ip).split("%");
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  if (isIPv4(mapped)) return mapped;
  // Nothing that a proxy should send: counted as it is.
  if (!isIPv6(address)) return ip.slice(0, 100);
  const [head = [], tail = []] = canonical(address)
    .split("::")
    .map((half) => half.split(":").filter((group) => group !== ""));
  const groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => "0"), ...tail];
  return `${groups.slice(0, 4).join(":")}::/64`;
};

/** RFC 5952, as every URL has it. */
const canonical = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);
