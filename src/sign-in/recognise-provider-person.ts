// Who somebody is whom an identity provider vouches for: known by its subject, else by e-mail address in its domains, else made, as its
// settings say.
import { findPerson, findPersonByEmail } from '../accounts/account-store.ts'
import { admitPerson } from '../accounts/admit-person.ts'
import { roles } from '../accounts/permission.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Keyring } from '../secrets.ts'
import {
  findProviderIdentity,
  type IdentityProvider,
  insertProviderIdentity,
  mayVouch,
} from './identity-provider-store.ts'
import type { ProviderPerson } from './openid.ts'
import { welcomePerson } from './welcome-person.ts'

/** Returns the person's id. Throws HubError forbidden, saying what the provider's settings lack. */
export async function recogniseProviderPerson(
  db: Db,
  links: { keys: Keyring; publicUrl: string },
  provider: IdentityProvider,
  said: ProviderPerson,
  stamp: Stamp,
): Promise<string> {
  const { sellerId } = provider
  const linked = await findProviderIdentity(db, provider.id, said.subject)
  const personId = linked ?? (await firstTime(db, links, provider, said, stamp))
  const person = await findPerson(db, sellerId, personId)
  if (person?.status !== 'active') throw new HubError('forbidden', 'You may not sign in here any more.')
  if (!(await mayVouch(db, provider, personId)))
    throw new HubError(
      'forbidden',
      `${provider.name} can’t let you in: you belong to others as well. Use your password.`,
    )
  if (!linked) {
    await insertProviderIdentity(db, { providerId: provider.id, subject: said.subject, personId }, stamp.at)
    const event = { sellerId, accountId: provider.accountId, actor: { personId }, action: 'identity.linked' }
    const detail = { provider: provider.name }
    await recordAudit(db, [{ ...event, subjectKind: 'person', subjectId: personId, detail }], stamp)
  }
  return personId
}

async function firstTime(
  db: Db,
  links: { keys: Keyring; publicUrl: string },
  provider: IdentityProvider,
  said: ProviderPerson,
  stamp: Stamp,
): Promise<string> {
  const { sellerId, accountId, provisioning, role } = provider
  const { email } = said
  const domain = email?.split('@').at(-1)?.toLowerCase()
  if (!email || !said.emailVerified || !domain || !provider.domains.includes(domain))
    throw new HubError('forbidden', `${provider.name} does not name an e-mail address that it may speak for.`)
  const known = await findPersonByEmail(db, sellerId, email)
  if (known && provisioning !== 'none') return known.id
  if (provisioning !== 'provision' || !accountId || !role || roles[role].administers)
    throw new HubError('forbidden', 'You are not known here yet. Ask who looks after this company’s people.')
  const ids = { person: stamp.newId(), membership: stamp.newId() }
  const name = said.name ?? email
  const admitted = await admitPerson(
    db,
    { ids, sellerId, accountId, email, name, role, firstSeenBy: 'openid' },
    stamp.at,
  )
  const { personId } = admitted
  await welcomePerson(db, links, { sellerId, personId, accountId, way: 'openid', actor: { personId } }, stamp)
  return personId
}
