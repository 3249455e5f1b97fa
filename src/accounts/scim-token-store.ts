// Keeps the tokens that customers' directories provision people with (SCIM 2.0, RFC 7644 2). Only the SHA-256 of each.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { sha256 } from '../secrets.ts'

export interface ScimToken {
  id: string
  sellerId: string
  accountId: string
  companyId: string
  path: string[]
  label: string
  /** Whether it may give and take roles that manage people or rules. */
  mayAdminister: boolean
  /** Whose rights it has no more than; null = issued by the seller's program. */
  issuedBy: string | null
}

const COLUMNS = {
  id: 's.id',
  sellerId: 's.seller_id',
  accountId: 's.account_id',
  companyId: 'a.company_id',
  path: 'a.path',
  label: 's.label',
  mayAdminister: 's.may_administer',
  issuedBy: 's.issued_by',
}

const tokens = (db: Db) =>
  db('scim_tokens as s').join('accounts as a', 'a.id', 's.account_id').select(COLUMNS).whereNull('s.revoked_at')

export async function insertScimToken(
  db: Db,
  token: Pick<ScimToken, 'sellerId' | 'accountId' | 'label' | 'mayAdminister' | 'issuedBy'> & { secret: string },
  stamp: Stamp,
): Promise<string> {
  const id = stamp.newId()
  await db('scim_tokens').insert({
    ...{ id, seller_id: token.sellerId, account_id: token.accountId, label: token.label },
    ...{ token_hash: sha256(token.secret), may_administer: token.mayAdminister, issued_by: token.issuedBy },
    created_at: stamp.at,
  })
  return id
}

/** Of an account that is active. */
export async function findScimToken(db: Db, secret: string): Promise<ScimToken | undefined> {
  return tokens(db)
    .where({ 's.token_hash': sha256(secret), 'a.status': 'active' })
    .first()
}

export async function listScimTokens(db: Db, accountId: string): Promise<ScimToken[]> {
  return tokens(db).where({ 's.account_id': accountId }).orderBy('s.id')
}

export async function revokeScimToken(db: Db, accountId: string, id: string, at: Date): Promise<boolean> {
  const count = await db('scim_tokens')
    .where({ id, account_id: accountId })
    .whereNull('revoked_at')
    .update({ revoked_at: at })
  return count > 0
}
