// A new password: by a link in a mail for who forgot it, or with the old one. Either ends the other sessions of the person.
import { findPerson } from '../accounts/account-store.ts'
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { sendMail } from '../mail/send-mail.ts'
import type { Keyring } from '../secrets.ts'
import { assertGoodPassword, checkPassword, hashPassword } from './password.ts'
import { findCandidate, putPassword } from './password-store.ts'
import { findSignInToken, insertSignInToken, spendSignInToken, voidSignInTokens } from './sign-in-token-store.ts'
import { endSessionsOf } from './start-session.ts'

const RESET_MINUTES = 60

interface Links {
  keys: Keyring
  publicUrl: string
  newToken(): string
}

/** Mails a link to who has this address; nothing is said or done for who has not. */
export async function askForReset(db: Db, links: Links, sellerId: string, email: string, stamp: Stamp): Promise<void> {
  const person = await findCandidate(db, sellerId, email)
  if (person?.status !== 'active') return
  const token = links.newToken()
  const { personId } = person
  await voidSignInTokens(db, { kind: 'reset', personId }, stamp.at)
  const expiresAt = new Date(stamp.at.getTime() + RESET_MINUTES * 60_000)
  const row = { id: stamp.newId(), sellerId, personId, membershipId: null, kind: 'reset' as const, token, expiresAt }
  await insertSignInToken(db, row, stamp.at)
  const text = [
    `Hello ${person.name},`,
    'somebody, you we hope, asked for a new password. Choose it within an hour here:',
    `${links.publicUrl}/password/reset/${token}`,
    'If it was not you, do nothing: your password stays as it is.',
  ].join('\n\n')
  await sendMail(
    db,
    links.keys,
    { sellerId, to: person.email, subject: 'Choose a new password', text, about: 'password-reset' },
    stamp,
  )
}

/** Whether a link still works, for the page behind it. */
export async function resetLinkWorks(db: Db, token: string, at: Date): Promise<boolean> {
  return (await findSignInToken(db, 'reset', token, at)) !== undefined
}

/** Sets the password by a link. Returns whose it is. Throws HubError code_spent, invalid_input (the link works on). */
export async function resetPassword(
  db: Db,
  token: string,
  password: string,
  stamp: Stamp,
): Promise<{ sellerId: string }> {
  const spent = await spendSignInToken(db, 'reset', token, stamp.at)
  const person = spent && (await findPerson(db, spent.sellerId, spent.personId))
  if (person?.status !== 'active')
    throw new HubError('code_spent', 'This link was used before or has run out. Ask for a new one.')
  assertGoodPassword(password, person)
  await setPassword(db, person, password, { hub: 'password-reset' }, null, stamp)
  return person
}

/** Throws HubError unauthenticated (the old one is wrong), invalid_input. The session it is called from stays. */
export async function changePassword(
  db: Db,
  who: { sellerId: string; email: string; sessionId: string | null; actor: Actor },
  given: { oldPassword: string; newPassword: string },
  stamp: Stamp,
): Promise<void> {
  const person = await findCandidate(db, who.sellerId, who.email)
  if (!(await checkPassword(person?.hash ?? null, given.oldPassword)) || !person)
    throw new HubError('unauthenticated', 'The present password is wrong.')
  assertGoodPassword(given.newPassword, person)
  await setPassword(db, { ...person, id: person.personId }, given.newPassword, who.actor, who.sessionId, stamp)
}

/** Sets a password that was found good; ends the person's sessions, but one, and links on their way. */
export async function setPassword(
  db: Db,
  person: { id: string; sellerId: string },
  password: string,
  actor: Actor,
  exceptSession: string | null,
  stamp: Stamp,
): Promise<void> {
  await putPassword(db, person.id, await hashPassword(password), stamp.at)
  await voidSignInTokens(db, { kind: 'reset', personId: person.id }, stamp.at)
  await endSessionsOf(db, { personId: person.id, exceptId: exceptSession }, stamp)
  const event = { sellerId: person.sellerId, accountId: null, actor, action: 'password.changed' }
  await recordAudit(db, [{ ...event, subjectKind: 'person', subjectId: person.id, detail: {} }], stamp)
}
