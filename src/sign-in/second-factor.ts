// The second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes for the day the telephone is lost.
import { Secret, TOTP } from 'otpauth'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { type Keyring, open, seal, sha256 } from '../secrets.ts'
import {
  confirmSecondFactor,
  findSecondFactor,
  putSecondFactor,
  replaceRecoveryCodes,
  spendRecoveryCode,
  spendStep,
} from './second-factor-store.ts'

const PURPOSE = 'second-factor'
const PERIOD = 30
const RECOVERY_CODES = 10

function totp(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: 'Procurement hub', label, secret, period: PERIOD })
}

/** Begins setting up: the secret as the address an authenticator app reads. Throws HubError conflict where one is in use. */
export async function beginSecondFactor(
  db: Db,
  keys: Keyring,
  person: { id: string; email: string },
  at: Date,
): Promise<{ secret: string; address: string }> {
  const secret = new Secret({ size: 20 })
  if (!(await putSecondFactor(db, person.id, seal(keys, PURPOSE, secret.base32), at)))
    throw new HubError('conflict', 'There is an authenticator app already: remove it first.')
  return { secret: secret.base32, address: totp(secret, person.email).toString() }
}

/** Ends setting up, with a first code. Returns the recovery codes, shown this once. Throws HubError invalid_input, wrong_state. */
export async function confirmWithCode(
  db: Db,
  keys: Keyring,
  personId: string,
  code: string,
  given: { newToken(): string; at: Date },
): Promise<string[]> {
  const factor = await findSecondFactor(db, personId)
  if (!factor || factor.confirmedAt) throw new HubError('wrong_state', 'Begin setting up the authenticator app first.')
  if (!(await codeFits(db, keys, personId, factor.sealedSecret, code, given.at)))
    throw new HubError('invalid_input', 'This code does not fit. Is the clock of the device right?')
  await confirmSecondFactor(db, personId, given.at)
  const codes = Array.from({ length: RECOVERY_CODES }, () => recoveryCode(given.newToken()))
  await replaceRecoveryCodes(
    db,
    personId,
    codes.map((c) => sha256(plain(c))),
  )
  return codes
}

/** Whether the code is the app's of now, or a recovery code; either works once. */
export async function checkSecondFactor(
  db: Db,
  keys: Keyring,
  personId: string,
  code: string,
  at: Date,
): Promise<boolean> {
  const factor = await findSecondFactor(db, personId)
  if (!factor?.confirmedAt) return false
  return (
    (await codeFits(db, keys, personId, factor.sealedSecret, code, at)) ||
    (await spendRecoveryCode(db, personId, sha256(plain(code)), at))
  )
}

/** One step early or late is taken, a code that was used before is not (RFC 6238 section 5.2). */
async function codeFits(
  db: Db,
  keys: Keyring,
  personId: string,
  sealed: Buffer,
  code: string,
  at: Date,
): Promise<boolean> {
  const secret = Secret.fromBase32(open(keys, PURPOSE, sealed).toString())
  const delta = totp(secret, '').validate({ token: code.replace(/\s/g, ''), timestamp: at.getTime(), window: 1 })
  if (delta === null) return false
  return spendStep(db, personId, Math.floor(at.getTime() / 1000 / PERIOD) + delta)
}

const plain = (code: string) => code.toLowerCase().replace(/[^a-z0-9]/g, '')

/** 80 bits, in fours. */
function recoveryCode(token: string): string {
  const hex = sha256(token).toString('hex').slice(0, 20)
  return (hex.match(/.{4}/g) ?? []).join('-')
}
