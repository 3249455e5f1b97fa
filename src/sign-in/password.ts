// Passwords: what is accepted, and how one is kept and checked (argon2id, RFC 9106). Rules after NIST SP 800-63B 5.1.1: length counts,
// composition doesn't, and it must not be the person's own name or address.
import { hash, verify } from '@node-rs/argon2'
import { HubError } from '../errors.ts'

export const PASSWORD_LENGTH = { min: 12, max: 200 } as const

/** OWASP's lower bound: 19 MiB, two passes, one lane; argon2id is the library's default. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** A hash nobody has the password of: who is unknown takes as long as who is known. */
let decoy: Promise<string> | undefined

/** Throws HubError invalid_input saying what is wrong. */
export function assertGoodPassword(password: string, person: { email: string; name: string }): void {
  const length = [...password].length
  if (length < PASSWORD_LENGTH.min || length > PASSWORD_LENGTH.max)
    throw new HubError('invalid_input', `A password has ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} signs.`)
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  const own = [person.email, person.email.split('@')[0] ?? '', person.name].map(plain).filter((t) => t.length > 3)
  const bare = plain(password).replace(/\p{N}+$/u, '')
  if (own.some((text) => bare === text.replace(/\p{N}+$/u, '')))
    throw new HubError('invalid_input', 'A password must not be your name or e-mail address.')
  if (new Set(password).size < 4) throw new HubError('invalid_input', 'A password needs more different signs.')
}

export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), COST)
}

/** Null = there is no such person or no password: checked against a decoy, so that it takes the same time. */
export async function checkPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hash('nobody signs in with this', COST)
  const matches = await verify(stored ?? (await decoy), password.normalize('NFKC').slice(0, PASSWORD_LENGTH.max * 2))
  return matches && stored !== null
}
