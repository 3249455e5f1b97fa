// Signing in with e-mail address and password, and a code where the person has a second factor.
import { recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Keyring } from '../secrets.ts'
import { checkPassword } from './password.ts'
import { findCandidate, type SignInCandidate } from './password-store.ts'
import { checkSecondFactor } from './second-factor.ts'
import { findSecondFactor } from './second-factor-store.ts'

const WRONG = 'E-mail address or password is wrong.'

/**
 * Whose the password is. Throws HubError unauthenticated with the same words, after the same work, whether nobody has this address,
 * the password is wrong, or the person is suspended.
 */
export async function provePassword(
  db: Db,
  sellerId: string,
  email: string,
  password: string,
): Promise<SignInCandidate> {
  const candidate = await findCandidate(db, sellerId, email)
  const right = await checkPassword(candidate?.hash ?? null, password)
  if (!candidate || !right || candidate.status !== 'active') throw new HubError('unauthenticated', WRONG)
  return candidate
}

/**
 * Asks for the second factor of who has one. Throws HubError second_factor_needed (no code yet), unauthenticated (the code is wrong
 * or was used before).
 */
export async function proveSecondFactor(
  db: Db,
  keys: Keyring,
  personId: string,
  code: string | undefined,
  at: Date,
): Promise<void> {
  const factor = await findSecondFactor(db, personId)
  if (!factor?.confirmedAt) return
  if (!code) throw new HubError('second_factor_needed', 'Send the code of the authenticator app as well.')
  if (!(await checkSecondFactor(db, keys, personId, code, at)))
    throw new HubError('unauthenticated', 'This code is wrong or was used before. Wait for the next one.')
}

/** Writes on the trail that sign-ins of a known person were locked for a time. */
export async function recordLock(db: Db, sellerId: string, email: string, stamp: Stamp): Promise<void> {
  const candidate = await findCandidate(db, sellerId, email)
  if (!candidate) return
  const event = { sellerId, accountId: null, actor: { hub: 'sign-in' }, action: 'sign-in.locked' }
  await recordAudit(db, [{ ...event, subjectKind: 'person', subjectId: candidate.personId, detail: {} }], stamp)
}
