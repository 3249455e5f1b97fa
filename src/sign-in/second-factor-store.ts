// Keeps second factors (TOTP secrets, sealed), recovery codes (hashed), and which companies ask for one.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'

export interface SecondFactor {
  sealedSecret: Buffer
  confirmedAt: Date | null
}

export async function findSecondFactor(db: Db, personId: string): Promise<SecondFactor | undefined> {
  return db('second_factors')
    .select({ sealedSecret: 'sealed_secret', confirmedAt: 'confirmed_at' })
    .where({ person_id: personId })
    .first()
}

/** Begins anew; one that is confirmed stays. False = there is a confirmed one. */
export async function putSecondFactor(db: Db, personId: string, sealedSecret: Buffer, at: Date): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `INSERT INTO second_factors (person_id, sealed_secret, created_at) VALUES (?, ?, ?)
     ON CONFLICT (person_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at, last_step = 0
     WHERE second_factors.confirmed_at IS NULL`,
    [personId, sealedSecret, at],
  )
  return rowCount > 0
}

export async function confirmSecondFactor(db: Db, personId: string, at: Date): Promise<void> {
  await db('second_factors').where({ person_id: personId }).update({ confirmed_at: at })
}

export async function deleteSecondFactor(db: Db, personId: string): Promise<void> {
  await db('recovery_codes').where({ person_id: personId }).delete()
  await db('second_factors').where({ person_id: personId }).delete()
}

/** Uses the code of a 30-second step up. False = this code, or a later one, was used before. */
export async function spendStep(db: Db, personId: string, step: number): Promise<boolean> {
  const changed = await db('second_factors')
    .where({ person_id: personId })
    .where('last_step', '<', step)
    .update({ last_step: step })
  return changed > 0
}

export async function replaceRecoveryCodes(db: Db, personId: string, hashes: readonly Buffer[]): Promise<void> {
  await db('recovery_codes').where({ person_id: personId }).delete()
  await db('recovery_codes').insert(hashes.map((hash) => ({ person_id: personId, code_hash: hash })))
}

/** False = no such code, or it was used before. */
export async function spendRecoveryCode(db: Db, personId: string, hash: Buffer, at: Date): Promise<boolean> {
  const changed = await db('recovery_codes')
    .where({ person_id: personId, code_hash: hash, used_at: null })
    .update({ used_at: at })
  return changed > 0
}

/** Throws HubError second_factor_needed where the company, or one above it, asks for a second factor and the person has none. */
export async function assertSecondFactor(db: Db, personId: string, accountId: string): Promise<void> {
  const { rows } = await db.raw<{ rows: { needed: boolean }[] }>(
    `SELECT EXISTS (SELECT FROM accounts a JOIN sign_in_policies s ON s.seller_id = a.seller_id
         AND (s.account_id IS NULL OR s.account_id = ANY(a.path)) WHERE a.id = ? AND s.second_factor)
       AND NOT EXISTS (SELECT FROM second_factors WHERE person_id = ? AND confirmed_at IS NOT NULL) AS needed`,
    [accountId, personId],
  )
  if (rows[0]?.needed)
    throw new HubError('second_factor_needed', 'This company asks for an authenticator app: set one up first.')
}
