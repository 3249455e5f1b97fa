// Signs and checks the hub's own tokens (ES256): access tokens of API clients and the session tokens storefronts check against
// /.well-known/jwks.json. Keys live sealed in the database, so every hub process has the same ones.
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import type { Db } from './database/database.ts'
import { type Keyring, open, seal } from './secrets.ts'

const PURPOSE = 'signing-key'
const ALGORITHM = 'ES256'

export interface TokenSigner {
  /** Signs claims for `audience`, valid `seconds` from `at`. */
  sign(claims: JWTPayload, audience: string, seconds: number, at: Date): Promise<string>
  /** The claims of a token of ours for `audience`; null when it is not ours, not for it, or not valid at `at`. */
  verify(token: string, audience: string, at: Date): Promise<JWTPayload | null>
  /** The public keys, as served. */
  jwks(): { keys: JWK[] }
}

interface KeyRow {
  kid: string
  public_jwk: JWK
  sealed_private_jwk: Buffer
}

/** Loads the signing keys; makes the first one on a new database. Throws SealError when HUB_KEY is not the one of this database. */
export async function makeTokenSigner(
  db: Db,
  keyring: Keyring,
  options: { issuer: string; newId: () => string; at: Date },
): Promise<TokenSigner> {
  const rows = await loadOrMakeKeys(db, keyring, options)
  const [newest] = rows
  if (!newest) throw new Error('no signing key')
  const privateKey = await importJWK(
    JSON.parse(open(keyring, PURPOSE, newest.sealed_private_jwk).toString()),
    ALGORITHM,
  )
  const jwks = { keys: rows.map((r) => ({ ...r.public_jwk, kid: r.kid, alg: ALGORITHM, use: 'sig' })) }
  const keySet = createLocalJWKSet(jwks)
  return {
    jwks: () => jwks,
    sign: (claims, audience, seconds, at) => {
      const now = Math.floor(at.getTime() / 1000)
      return new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, kid: newest.kid, typ: 'JWT' })
        .setIssuer(options.issuer)
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .sign(privateKey)
    },
    verify: async (token, audience, at) => {
      try {
        const checks = { issuer: options.issuer, audience, currentDate: at, algorithms: [ALGORITHM] }
        return (await jwtVerify(token, keySet, checks)).payload
      } catch {
        return null
      }
    },
  }
}

async function loadOrMakeKeys(db: Db, keyring: Keyring, options: { newId: () => string; at: Date }): Promise<KeyRow[]> {
  return db.transaction(async (trx) => {
    // Two hubs starting on an empty database at once must end up with one key.
    await trx.raw('LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE')
    const load = (): Promise<KeyRow[]> => trx('signing_keys').whereNull('retired_at').orderBy('created_at', 'desc')
    const rows = await load()
    if (rows.length > 0) return rows
    const pair = await generateKeyPair(ALGORITHM, { extractable: true })
    await trx('signing_keys').insert({
      kid: options.newId(),
      public_jwk: JSON.stringify(await exportJWK(pair.publicKey)),
      sealed_private_jwk: seal(keyring, PURPOSE, JSON.stringify(await exportJWK(pair.privateKey))),
      created_at: options.at,
    })
    return load()
  })
}
