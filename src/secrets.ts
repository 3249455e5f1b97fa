// Seals what must not lie readable in the database: partner secrets, signing keys and wire documents (they hold SharedSecrets).
// AES-256-GCM of node:crypto rather than a JWE: documents are bytes, base64url would make each a third larger.
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LAYOUT = 1
const HEADER = 1 + 4 + 12
const TAG = 16

interface SealingKey {
  id: Buffer
  key: Buffer
}

/** Keys in force: the first seals, every one opens, so that a key can be rotated while old rows remain. */
export interface Keyring {
  keys: readonly SealingKey[]
}

/** The sealed bytes can't be opened: sealed with a key the hub doesn't have, or changed since. */
export class SealError extends Error {}

/** Makes a keyring of base64 keys of 32 bytes each; the first one seals. */
export function makeKeyring(base64Keys: string[]): Keyring {
  const keys = base64Keys.map((text) => {
    const key = Buffer.from(text, 'base64')
    if (key.length !== 32) throw new SealError('a sealing key has to be 32 bytes in base64')
    return { id: createHash('sha256').update(key).digest().subarray(0, 4), key }
  })
  if (keys.length === 0) throw new SealError('no sealing key')
  return { keys }
}

/** The key file in the data folder, made at the first start (mode 0600), for hubs without HUB_KEY. */
export function readOrMakeKeyFile(dataDir: string): string[] {
  const path = join(dataDir, 'hub.key')
  mkdirSync(dataDir, { recursive: true })
  if (!existsSync(path)) {
    try {
      writeFileSync(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      // Hub and worker started at the same moment: the other one wrote it.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  return readFileSync(path, 'utf8').trim().split(',')
}

/** Seals bytes or text. `purpose` is bound to the result: bytes sealed for one purpose don't open for another. */
export function seal(keyring: Keyring, purpose: string, plain: Uint8Array | string): Buffer {
  const [first] = keyring.keys
  if (!first) throw new SealError('no sealing key')
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', first.key, iv).setAAD(Buffer.from(purpose))
  const body = [cipher.update(typeof plain === 'string' ? Buffer.from(plain) : plain), cipher.final()]
  return Buffer.concat([Buffer.of(LAYOUT), first.id, iv, ...body, cipher.getAuthTag()])
}

/** Opens what `seal` made. Throws SealError when no key fits or a byte was changed. */
export function open(keyring: Keyring, purpose: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (bytes.length < HEADER + TAG || bytes[0] !== LAYOUT) throw new SealError('these bytes were not sealed by the hub')
  const found = keyring.keys.find((k) => k.id.equals(bytes.subarray(1, 5)))
  if (!found) throw new SealError('sealed with a key this hub does not have: was HUB_KEY or the key file changed?')
  const decipher = createDecipheriv('aes-256-gcm', found.key, bytes.subarray(5, HEADER), { authTagLength: TAG })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEADER, -TAG)), decipher.final()])
  } catch (cause) {
    throw new SealError('the sealed bytes were changed', { cause })
  }
}

/** SHA-256 of a token or of bytes: what is stored instead of a one-time token, and what tells two bodies apart. */
export function sha256(value: string | Uint8Array): Buffer {
  return createHash('sha256').update(value).digest()
}

/** Compares two secrets in constant time, whatever their lengths. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b))
}
