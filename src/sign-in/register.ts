// How newcomers come by themselves: a registration that somebody decides, or a code of their company's. Both end in an invitation mailed
// to the address, so that nobody comes in under an address that isn't theirs, and who is known learns nothing and loses nothing.
import { admitPerson, openCompany } from '../accounts/admit-person.ts'
import { type RoleName, roles } from '../accounts/permission.ts'
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { sendMail } from '../mail/send-mail.ts'
import { seal, sha256 } from '../secrets.ts'
import { type Links, sendInvitation } from './invite.ts'
import {
  decideRegistration,
  findRegistrationWay,
  insertClaimCode,
  insertRegistration,
  type Registration,
  spendClaimCode,
} from './registration-store.ts'

/** The purpose licences are sealed for. */
export const LICENCE_PURPOSE = 'registration-licence'
export const LICENCE_BYTES = 5 * 1024 * 1024

export interface Licence {
  name: string
  bytes: Buffer
}

/** A licence's type by its first bytes, whatever its name says. Throws HubError unsupported_media, too_large. */
export function licenceType({ bytes }: Licence): string {
  if (bytes.length > LICENCE_BYTES)
    throw new HubError('too_large', `The licence is larger than ${LICENCE_BYTES / 1024 / 1024} MB.`)
  const starts = (...signs: number[]) => signs.every((sign, n) => bytes[n] === sign)
  if (starts(0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf'
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg'
  throw new HubError('unsupported_media', 'The licence has to be a PDF, PNG or JPEG file.')
}

export interface NewRegistration {
  sellerId: string
  accountId: string | null
  email: string
  name: string
  company: string
  note: string | null
  licence: Licence | null
}

/** Registers somebody for a decision. Throws HubError forbidden where registration is not open, and what licenceType throws. */
export async function register(db: Db, links: Links, given: NewRegistration, stamp: Stamp): Promise<void> {
  const { licence, ...rest } = given
  const { sellerId, accountId } = given
  if ((await findRegistrationWay(db, sellerId, accountId)) !== 'open')
    throw new HubError('forbidden', 'Nobody can register here: ask for an invitation.')
  const id = stamp.newId()
  const fresh = await insertRegistration(
    db,
    {
      ...rest,
      id,
      licenceName: licence?.name.slice(0, 200) ?? null,
      licenceType: licence && licenceType(licence),
      sealedLicence: licence && seal(links.keys, LICENCE_PURPOSE, licence.bytes),
    },
    stamp.at,
  )
  if (!fresh) return
  const event = { sellerId, accountId, actor: { hub: 'registration' }, action: 'registration.received' }
  await recordAudit(db, [{ ...event, subjectKind: 'registration', subjectId: id, detail: {} }], stamp)
}

/**
 * Lets somebody in who registered: into the account they asked for, another, or a new company by the name they gave. Mails the
 * invitation. Throws HubError wrong_state (decided already), invalid_input (a role that administers and isn't meant to).
 */
export async function approveRegistration(
  db: Db,
  links: Links,
  registration: Registration,
  given: { accountId: string | null; role: RoleName; actor: Actor },
  stamp: Stamp,
): Promise<void> {
  const { sellerId, email, name, company } = registration
  const { role, actor } = given
  let accountId = given.accountId ?? registration.accountId
  if (!accountId) {
    accountId = stamp.newId()
    await openCompany(db, { id: accountId, sellerId, name: company }, stamp.at)
  }
  const { personId } = await invite(
    db,
    links,
    { sellerId, accountId, email, name, role, way: 'registration', actor },
    stamp,
  )
  const decision = { state: 'approved', reason: null, accountId, personId } as const
  if (!(await decideRegistration(db, registration.id, decision, stamp.at)))
    throw new HubError('wrong_state', 'This registration was decided already.')
  const event = { sellerId, accountId, actor, action: 'registration.approved', subjectKind: 'registration' }
  await recordAudit(db, [{ ...event, subjectId: registration.id, detail: { role } }], stamp)
}

/** Throws HubError wrong_state (decided already). The reason is mailed to who registered. */
export async function refuseRegistration(
  db: Db,
  links: Links,
  registration: Registration,
  given: { reason: string; actor: Actor },
  stamp: Stamp,
): Promise<void> {
  const { id, sellerId, accountId, email, name } = registration
  const { reason, actor } = given
  if (!(await decideRegistration(db, id, { state: 'refused', reason, accountId, personId: null }, stamp.at)))
    throw new HubError('wrong_state', 'This registration was decided already.')
  const text = [`Hello ${name},`, 'your registration was not accepted:', reason].join('\n\n')
  await sendMail(
    db,
    links.keys,
    { sellerId, to: email, subject: 'Your registration', text, about: 'registration' },
    stamp,
  )
  const event = { sellerId, accountId, actor, action: 'registration.refused', subjectKind: 'registration' }
  await recordAudit(db, [{ ...event, subjectId: id, detail: { reason } }], stamp)
}

/** Makes a code with which people claim to belong to an account. Returns it, this once. Throws HubError invalid_input. */
export async function makeClaimCode(
  db: Db,
  newToken: () => string,
  given: { sellerId: string; accountId: string; role: RoleName; uses: number; expiresAt: Date; actor: Actor },
  stamp: Stamp,
): Promise<{ id: string; code: string }> {
  const { actor, ...rest } = given
  if (roles[given.role].administers)
    throw new HubError('invalid_input', 'A code gives no role that administers people or rules.')
  const id = stamp.newId()
  const hex = sha256(newToken()).toString('hex').slice(0, 20).toUpperCase()
  const code = (hex.match(/.{5}/g) ?? []).join('-')
  await insertClaimCode(db, { ...rest, id, hash: hashOf(code) }, stamp.at)
  const event = { sellerId: given.sellerId, accountId: given.accountId, actor, action: 'claim-code.made' }
  const detail = { role: given.role, uses: given.uses }
  await recordAudit(db, [{ ...event, subjectKind: 'claim-code', subjectId: id, detail }], stamp)
  return { id, code }
}

/** Claims to belong to the account of a code. Throws HubError unauthenticated: the code is wrong, used up or has run out. */
export async function claimAccount(
  db: Db,
  links: Links,
  given: { sellerId: string; code: string; email: string; name: string },
  stamp: Stamp,
): Promise<void> {
  const { sellerId, code, email, name } = given
  const claimed = await spendClaimCode(db, sellerId, hashOf(code), stamp.at)
  if (!claimed || (await findRegistrationWay(db, sellerId, claimed.accountId)) === 'closed')
    throw new HubError('unauthenticated', 'This code is wrong, used up or has run out.')
  await invite(db, links, { sellerId, ...claimed, email, name, way: 'claim', actor: { hub: 'claim-code' } }, stamp)
}

async function invite(
  db: Db,
  links: Links,
  who: { sellerId: string; accountId: string; email: string; name: string; role: RoleName; way: string; actor: Actor },
  stamp: Stamp,
): Promise<{ personId: string }> {
  const ids = { person: stamp.newId(), membership: stamp.newId() }
  const { way, actor, ...newcomer } = who
  const admitted = await admitPerson(db, { ...newcomer, ids, firstSeenBy: way, invited: true }, stamp.at)
  // Who is a member already needs no invitation, and nobody else is told that they are.
  if (admitted.status === 'invited') await sendInvitation(db, links, admitted.membershipId, actor, stamp)
  return admitted
}

const hashOf = (code: string) => sha256(code.toUpperCase().replace(/[^0-9A-Z]/g, ''))
