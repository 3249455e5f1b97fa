// Keeps registrations that wait for a decision, claim codes (hashed), and the rules of who may register.

import type { RoleName } from '../accounts/permission.ts'
import type { Db } from '../database/database.ts'

export const registrationWays = ['open', 'invitation', 'claim', 'closed'] as const
export type RegistrationWay = (typeof registrationWays)[number]

export interface SignInPolicy {
  accountId: string | null
  registration: RegistrationWay
  secondFactor: boolean
}

/** Puts the rules of an account, or of the seller (null). */
export async function putSignInPolicy(db: Db, sellerId: string, policy: SignInPolicy, at: Date): Promise<void> {
  await db('sign_in_policies')
    .insert({
      seller_id: sellerId,
      account_id: policy.accountId,
      registration: policy.registration,
      second_factor: policy.secondFactor,
      updated_at: at,
    })
    .onConflict(db.raw('(seller_id, coalesce(account_id, seller_id))'))
    .merge(['registration', 'second_factor', 'updated_at'])
}

export async function listSignInPolicies(db: Db, sellerId: string): Promise<SignInPolicy[]> {
  return db('sign_in_policies')
    .select({ accountId: 'account_id', registration: 'registration', secondFactor: 'second_factor' })
    .where({ seller_id: sellerId })
    .orderByRaw('account_id NULLS FIRST')
}

/** How newcomers get into an account: by its own rule, the nearest above it, the seller's, else by invitation. */
export async function findRegistrationWay(
  db: Db,
  sellerId: string,
  accountId: string | null,
): Promise<RegistrationWay> {
  const { rows } = await db.raw<{ rows: { registration: RegistrationWay }[] }>(
    `SELECT s.registration FROM sign_in_policies s LEFT JOIN accounts a ON a.id = ?
     WHERE s.seller_id = ? AND (s.account_id IS NULL OR s.account_id = ANY(a.path))
     ORDER BY array_position(a.path, s.account_id) DESC NULLS LAST LIMIT 1`,
    [accountId, sellerId],
  )
  return rows[0]?.registration ?? 'invitation'
}

export interface Registration {
  id: string
  sellerId: string
  /** The account they want to join; null = a company the seller does not know yet. */
  accountId: string | null
  email: string
  name: string
  company: string
  note: string | null
  licenceName: string | null
  licenceType: string | null
  state: 'waiting' | 'approved' | 'refused'
  reason: string | null
  createdAt: Date
  decidedAt: Date | null
}

const COLUMNS = {
  id: 'r.id',
  sellerId: 'r.seller_id',
  accountId: 'r.account_id',
  email: 'r.email',
  name: 'r.name',
  company: 'r.company',
  note: 'r.note',
  licenceName: 'r.licence_name',
  licenceType: 'r.licence_type',
  state: 'r.state',
  reason: 'r.reason',
  createdAt: 'r.created_at',
  decidedAt: 'r.decided_at',
}

/** False = one of this address waits already. */
export async function insertRegistration(
  db: Db,
  registration: Pick<
    Registration,
    'id' | 'sellerId' | 'accountId' | 'email' | 'name' | 'company' | 'note' | 'licenceName' | 'licenceType'
  > & { sealedLicence: Buffer | null },
  at: Date,
): Promise<boolean> {
  const inserted = await db('registrations')
    .insert({
      id: registration.id,
      seller_id: registration.sellerId,
      account_id: registration.accountId,
      email: registration.email,
      name: registration.name,
      company: registration.company,
      note: registration.note,
      licence_name: registration.licenceName,
      licence_type: registration.licenceType,
      sealed_licence: registration.sealedLicence,
      created_at: at,
    })
    .onConflict(db.raw(`(seller_id, lower(email)) WHERE state = 'waiting'`))
    .ignore()
    .returning('id')
  return inserted.length > 0
}

/** Newest first; what the caller may see is for `within` to narrow (accounts are joined as `a`). */
export async function listRegistrations(
  db: Db,
  sellerId: string,
  filter: { state?: string | undefined; before?: string | undefined; limit: number },
  within: (query: ReturnType<Db>) => void,
): Promise<Registration[]> {
  const query = db('registrations as r')
    .leftJoin('accounts as a', 'a.id', 'r.account_id')
    .select(COLUMNS)
    .where({ 'r.seller_id': sellerId })
    .orderBy('r.id', 'desc')
    .limit(filter.limit)
  if (filter.state) query.where({ 'r.state': filter.state })
  if (filter.before) query.where('r.id', '<', filter.before)
  within(query)
  return query
}

export async function findRegistration(
  db: Db,
  sellerId: string,
  id: string,
): Promise<(Registration & { sealedLicence: Buffer | null }) | undefined> {
  return db('registrations as r')
    .select({ ...COLUMNS, sealedLicence: 'r.sealed_licence' })
    .where({ 'r.seller_id': sellerId, 'r.id': id })
    .first()
}

/** False = it was decided meanwhile. */
export async function decideRegistration(
  db: Db,
  id: string,
  decision: { state: 'approved' | 'refused'; reason: string | null; accountId: string | null; personId: string | null },
  at: Date,
): Promise<boolean> {
  const { state, reason, accountId, personId } = decision
  const changed = await db('registrations')
    .where({ id, state: 'waiting' })
    .update({ state, reason, account_id: accountId, person_id: personId, decided_at: at })
  return changed > 0
}

export async function insertClaimCode(
  db: Db,
  code: {
    id: string
    sellerId: string
    accountId: string
    hash: Buffer
    role: RoleName
    uses: number
    expiresAt: Date
  },
  at: Date,
): Promise<void> {
  await db('claim_codes').insert({
    id: code.id,
    seller_id: code.sellerId,
    account_id: code.accountId,
    code_hash: code.hash,
    role: code.role,
    uses_left: code.uses,
    expires_at: code.expiresAt,
    created_at: at,
  })
}

/** Takes one use of a code. Undefined = unknown, used up or run out. */
export async function spendClaimCode(
  db: Db,
  sellerId: string,
  hash: Buffer,
  at: Date,
): Promise<{ accountId: string; role: RoleName } | undefined> {
  const [row] = await db('claim_codes')
    .where({ seller_id: sellerId, code_hash: hash })
    .where('uses_left', '>', 0)
    .where('expires_at', '>', at)
    .update({ uses_left: db.raw('uses_left - 1') })
    .returning(['account_id as accountId', 'role'])
  return row
}
