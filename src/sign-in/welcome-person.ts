// Greets a person once, however they came: a welcome mail, and user.created for the seller's other systems.
import { findPerson, findSeller } from '../accounts/account-store.ts'
import { type Actor, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { sendMail } from '../mail/send-mail.ts'
import type { Keyring } from '../secrets.ts'
import { announce } from '../storefronts/announce.ts'
import { markWelcomed } from './newcomer-store.ts'

export interface Welcome {
  sellerId: string
  personId: string
  /** The company they came into; null = the seller's own people. */
  accountId: string | null
  way: 'invitation' | 'registration' | 'claim' | 'scim' | 'openid' | 'punchout'
  actor: Actor
}

/** Call it where a person becomes active, in that transaction. False = they were greeted before: nothing is sent twice. */
export async function welcomePerson(
  db: Db,
  links: { keys: Keyring; publicUrl: string },
  { sellerId, personId, accountId, way, actor }: Welcome,
  stamp: Stamp,
): Promise<boolean> {
  if (!(await markWelcomed(db, sellerId, personId, stamp.at))) return false
  const [person, seller] = [await findPerson(db, sellerId, personId), await findSeller(db, sellerId)]
  if (!person || !seller) throw new Error(`person ${personId} vanished while being greeted`)
  const how =
    way === 'punchout'
      ? 'You shop from your own procurement system; there is nothing you need to do.'
      : `Sign in at ${links.publicUrl}/sign-in with ${person.email}.`
  await sendMail(
    db,
    links.keys,
    {
      sellerId,
      to: person.email,
      subject: `Welcome to ${seller.name}`,
      text: [`Hello ${person.name},`, `${seller.name} has an account for you now.`, how].join('\n\n'),
      about: 'welcome',
    },
    stamp,
  )
  await announce(db, [{ sellerId, type: 'user.created', data: { personId, accountId, way } }], stamp)
  const event = { sellerId, accountId, actor, action: 'person.activated', subjectKind: 'person', subjectId: personId }
  await recordAudit(db, [{ ...event, detail: { way } }], stamp)
  return true
}
