// Where a buyer's browser may be sent back to: the allow list of a partner. Guards against open redirects, javascript: and
// addresses inside the hub's own network.
import { isIP } from 'node:net'
import { z } from 'zod'

/** `buyer.example` and `*.buyer.example` mean https on the default port; a full origin such as `http://127.0.0.1:8080` means just that. */
export const returnHostSchema = z
  .string()
  .max(255)
  .regex(
    /^(https?:\/\/[a-z0-9.-]+(:\d{1,5})?|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+)$/,
    'is neither a host (buyer.example, *.buyer.example) nor an origin (https://buyer.example:8443)',
  )

/**
 * Says why a return address is refused, or null when it may be used.
 * `url` is what the buyer's document said; `allowed` are the partner's return hosts.
 */
export function whyReturnUrlRefused(url: string, allowed: readonly string[]): string | null {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return 'it is not a complete address'
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return `${parsed.protocol} addresses are not allowed`
  if (parsed.username || parsed.password) return 'it holds a user name or password'
  if (allowed.includes(parsed.origin)) return null
  if (parsed.protocol === 'http:') return 'it must be https'
  const host = parsed.hostname.toLowerCase()
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return 'it is a bare IP address'
  if (host === 'localhost' || !host.includes('.')) return 'it points inside a network'
  if (parsed.port !== '') return `port ${parsed.port} is not among the allowed origins`
  const fits = allowed.some((entry) => (entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry))
  return fits ? null : `${host} is not among this partner’s allowed return hosts`
}

/** The allow list as CSP sources, for form-action. */
export function asSources(allowed: readonly string[]): string[] {
  return allowed.map((entry) => (entry.includes('://') ? entry : `https://${entry}`))
}
