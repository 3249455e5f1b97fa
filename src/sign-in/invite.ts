// Invitations: a membership that waits, and a link in a mail that makes it active. The link shows a page; only its form accepts, since
// mail scanners follow links.
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { sendMail } from '../mail/send-mail.ts'
import type { Keyring } from '../secrets.ts'
import { activateMembership, findInvitedMember, type InvitedMember, renamePerson } from './newcomer-store.ts'
import { assertGoodPassword } from './password.ts'
import { setPassword } from './reset-password.ts'
import { findSignInToken, insertSignInToken, spendSignInToken, voidSignInTokens } from './sign-in-token-store.ts'
import { welcomePerson } from './welcome-person.ts'

const INVITATION_DAYS = 14
const SPENT = 'This invitation was used before, was taken back or has run out. Ask for a new one.'

export interface Links {
  keys: Keyring
  publicUrl: string
  newToken(): string
}

/**
 * Mails an invitation for a membership with status `invited`; sent again, the link before is dead. Throws HubError not_found,
 * wrong_state (active or removed already).
 */
export async function sendInvitation(
  db: Db,
  links: Links,
  membershipId: string,
  actor: Actor,
  stamp: Stamp,
): Promise<void> {
  const member = await findInvitedMember(db, membershipId)
  if (!member) throw new HubError('not_found', 'There is no such member.')
  if (member.status !== 'invited') throw new HubError('wrong_state', `This member is ${member.status}, not invited.`)
  const { sellerId, personId, accountId } = member
  await voidSignInTokens(db, { kind: 'invitation', personId, membershipId }, stamp.at)
  const token = links.newToken()
  const expiresAt = new Date(stamp.at.getTime() + INVITATION_DAYS * 86_400_000)
  await insertSignInToken(
    db,
    { id: stamp.newId(), sellerId, personId, membershipId, kind: 'invitation', token, expiresAt },
    stamp.at,
  )
  const text = [
    `Hello ${member.name},`,
    `you are invited to order at ${member.sellerName} for ${member.accountName}. Accept within ${INVITATION_DAYS} days here:`,
    `${links.publicUrl}/invitation/${token}`,
    'If you do not know of it, do nothing.',
  ].join('\n\n')
  const subject = `Invitation: order at ${member.sellerName} for ${member.accountName}`
  await sendMail(db, links.keys, { sellerId, to: member.email, subject, text, about: 'invitation' }, stamp)
  const event = { sellerId, accountId, actor, action: 'invitation.sent', subjectKind: 'membership' }
  await recordAudit(db, [{ ...event, subjectId: membershipId, detail: {} }], stamp)
}

/** What an invitation is for, for its page. Undefined = the link does not work (any more). */
export async function readInvitation(db: Db, token: string, at: Date): Promise<InvitedMember | undefined> {
  const found = await findSignInToken(db, 'invitation', token, at)
  const member = found?.membershipId ? await findInvitedMember(db, found.membershipId) : undefined
  return member && usable(member) ? member : undefined
}

function usable(member: InvitedMember): boolean {
  return member.status === 'invited' && member.personStatus === 'active' && member.accountStatus === 'active'
}

/**
 * Accepts. Who is new gives a name and a password; who can sign in already just accepts. Throws HubError code_spent, invalid_input (the
 * link works on).
 */
export async function acceptInvitation(
  db: Db,
  links: Links,
  token: string,
  given: { name?: string | undefined; password?: string | undefined },
  stamp: Stamp,
): Promise<InvitedMember> {
  const spent = await spendSignInToken(db, 'invitation', token, stamp.at)
  const member = spent?.membershipId ? await findInvitedMember(db, spent.membershipId) : undefined
  if (!member || !usable(member) || !(await activateMembership(db, member.membershipId, stamp.at)))
    throw new HubError('code_spent', SPENT)
  const { sellerId, personId, accountId } = member
  const actor = { personId }
  if (!member.hasPassword) {
    const name = given.name?.trim() || member.name
    assertGoodPassword(given.password ?? '', { email: member.email, name })
    if (name !== member.name) await renamePerson(db, personId, name)
    await setPassword(db, { id: personId, sellerId }, given.password ?? '', actor, null, stamp)
  }
  const event = { sellerId, accountId, actor, action: 'invitation.accepted', subjectKind: 'membership' }
  await recordAudit(db, [{ ...event, subjectId: member.membershipId, detail: {} }], stamp)
  await welcomePerson(db, links, { sellerId, personId, accountId, way: 'invitation', actor }, stamp)
  return member
}
