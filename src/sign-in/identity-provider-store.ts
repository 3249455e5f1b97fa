// Keeps identity providers (their client secrets sealed), sign-ins under way at them, and who is who there.

import type { RoleName } from '../accounts/permission.ts'
import type { Db } from '../database/database.ts'

export interface IdentityProvider {
  id: string
  sellerId: string
  /** Whose people it knows; null = the seller's own. */
  accountId: string | null
  name: string
  issuer: string
  clientId: string
  sealedSecret: Buffer
  /** E-mail domains it may speak for. */
  domains: string[]
  /** Of who comes for the first time. none: refused; known: people the hub knows by that address; provision: made, with `role`. */
  provisioning: 'none' | 'known' | 'provision'
  role: RoleName | null
}

const COLUMNS = {
  id: 'id',
  sellerId: 'seller_id',
  accountId: 'account_id',
  name: 'name',
  issuer: 'issuer',
  clientId: 'client_id',
  sealedSecret: 'sealed_secret',
  domains: 'domains',
  provisioning: 'provisioning',
  role: 'role',
}

export async function insertProvider(db: Db, provider: IdentityProvider, at: Date): Promise<void> {
  await db('identity_providers').insert({
    id: provider.id,
    seller_id: provider.sellerId,
    account_id: provider.accountId,
    name: provider.name,
    issuer: provider.issuer,
    client_id: provider.clientId,
    sealed_secret: provider.sealedSecret,
    domains: provider.domains,
    provisioning: provider.provisioning,
    role: provider.role,
    created_at: at,
    updated_at: at,
  })
}

export async function listProviders(db: Db, sellerId: string): Promise<IdentityProvider[]> {
  return db('identity_providers').select(COLUMNS).where({ seller_id: sellerId, status: 'active' }).orderBy('name')
}

export async function findProvider(db: Db, id: string): Promise<IdentityProvider | undefined> {
  return db('identity_providers').select(COLUMNS).where({ id, status: 'active' }).first()
}

/** False = the seller has no such provider. */
export async function pauseProvider(db: Db, sellerId: string, id: string, at: Date): Promise<boolean> {
  const changed = await db('identity_providers')
    .where({ id, seller_id: sellerId, status: 'active' })
    .update({ status: 'paused', updated_at: at })
  return changed > 0
}

export async function insertProviderSignIn(
  db: Db,
  given: { stateHash: Buffer; providerId: string; sealedChecks: Buffer; expiresAt: Date },
): Promise<void> {
  const { stateHash, providerId, sealedChecks, expiresAt } = given
  await db('provider_sign_ins')
    .where('expires_at', '<', db.raw("?::timestamptz - interval '1 hour'", [expiresAt]))
    .delete()
  await db('provider_sign_ins').insert({
    state_hash: stateHash,
    provider_id: providerId,
    sealed_checks: sealedChecks,
    expires_at: expiresAt,
  })
}

/** A state works once. */
export async function takeProviderSignIn(
  db: Db,
  stateHash: Buffer,
  at: Date,
): Promise<{ providerId: string; sealedChecks: Buffer } | undefined> {
  const [row] = await db('provider_sign_ins')
    .where({ state_hash: stateHash })
    .where('expires_at', '>', at)
    .delete()
    .returning(['provider_id as providerId', 'sealed_checks as sealedChecks'])
  return row
}

export async function findProviderIdentity(db: Db, providerId: string, subject: string): Promise<string | undefined> {
  const row = await db('provider_identities').where({ provider_id: providerId, subject }).first('person_id')
  return row?.person_id
}

export async function insertProviderIdentity(
  db: Db,
  given: { providerId: string; subject: string; personId: string },
  at: Date,
): Promise<void> {
  const { providerId, subject, personId } = given
  await db('provider_identities')
    .insert({ provider_id: providerId, subject, person_id: personId, created_at: at })
    .onConflict(['provider_id', 'subject'])
    .ignore()
}

/**
 * Whether a provider may say that somebody is this person. A company's own may for people who are in that company, or below it, and
 * nowhere else: it must not open another company, or the seller. The seller's may for the seller's people.
 */
export async function mayVouch(
  db: Db,
  provider: Pick<IdentityProvider, 'accountId' | 'sellerId'>,
  personId: string,
): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { may: boolean }[] }>(
    provider.accountId === null
      ? `SELECT EXISTS (SELECT FROM staff WHERE person_id = ? AND seller_id = ? AND status = 'active') AS may`
      : `SELECT NOT EXISTS (SELECT FROM staff WHERE person_id = p.id) AND (
           SELECT coalesce(bool_and(a.path @> ARRAY[?]::uuid[]), false)
           FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.person_id = p.id AND m.status <> 'removed')
           AND NOT EXISTS (SELECT FROM memberships m JOIN grants g ON g.membership_id = m.id JOIN accounts a ON a.id = g.account_id
             WHERE m.person_id = p.id AND NOT a.path @> ARRAY[?]::uuid[]) AS may
         FROM people p WHERE p.id = ? AND p.seller_id = ?`,
    provider.accountId === null
      ? [personId, provider.sellerId]
      : [provider.accountId, provider.accountId, personId, provider.sellerId],
  )
  return rows[0]?.may ?? false
}
