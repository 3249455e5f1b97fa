// Keeps one-time tokens: of mail links and of the first step of a sign-in. By their hash; each works once.
import type { Db } from '../database/database.ts'
import { sha256 } from '../secrets.ts'

export type SignInTokenKind = 'reset' | 'invitation' | 'second-step'

export interface SignInToken {
  id: string
  sellerId: string
  personId: string
  membershipId: string | null
}

const COLUMNS = { id: 'id', sellerId: 'seller_id', personId: 'person_id', membershipId: 'membership_id' }

export async function insertSignInToken(
  db: Db,
  given: SignInToken & { kind: SignInTokenKind; token: string; expiresAt: Date },
  at: Date,
): Promise<void> {
  await db('sign_in_tokens').insert({
    id: given.id,
    seller_id: given.sellerId,
    kind: given.kind,
    token_hash: sha256(given.token),
    person_id: given.personId,
    membership_id: given.membershipId,
    expires_at: given.expiresAt,
    created_at: at,
  })
}

/** What a token is for, while it works. */
export async function findSignInToken(
  db: Db,
  kind: SignInTokenKind,
  token: string,
  at: Date,
): Promise<SignInToken | undefined> {
  return db('sign_in_tokens')
    .select(COLUMNS)
    .where({ kind, token_hash: sha256(token), used_at: null })
    .where('expires_at', '>', at)
    .first()
}

/** Uses a token up. Undefined = it is unknown, spent or has run out. */
export async function spendSignInToken(
  db: Db,
  kind: SignInTokenKind,
  token: string,
  at: Date,
): Promise<SignInToken | undefined> {
  const [row] = await db('sign_in_tokens')
    .where({ kind, token_hash: sha256(token), used_at: null })
    .where('expires_at', '>', at)
    .update({ used_at: at })
    .returning(Object.entries(COLUMNS).map(([name, column]) => `${column} as ${name}`))
  return row
}

/** Makes what was handed out before useless: a newer mail replaces it, or what it was for is over. */
export async function voidSignInTokens(
  db: Db,
  which: { kind: SignInTokenKind; personId: string; membershipId?: string },
  at: Date,
): Promise<void> {
  const query = db('sign_in_tokens').where({ kind: which.kind, person_id: which.personId, used_at: null })
  if (which.membershipId) query.where({ membership_id: which.membershipId })
  await query.update({ used_at: at })
}
