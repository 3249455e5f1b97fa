// Procurement identity -> company account, person, role: the rules decide, the store is asked, and where a rule says so a
// person seen for the first time is provisioned.
import type { Db } from '../database/database.ts'
import type { Account, Person, RoleName } from './account.ts'
import {
  findAccount,
  findMembership,
  findPerson,
  findPersonByEmail,
  insertMembershipOnce,
  insertPersonOnce,
} from './account-store.ts'
import { type BuyerFacts, evaluateMapping, type Mapping, type RuleVerdict } from './mapping-rules.ts'

export interface MatchedUser {
  account: Account
  person: Pick<Person, 'id' | 'email' | 'name'>
  role: RoleName
  costCentre: string | null
  shipTo: string | null
  contract: string | null
}

export interface UserMatch {
  user: MatchedUser | null
  /** True when the person is not in the hub yet: a live punchout adds them, a dry run only says so. */
  firstSight: boolean
  /** One sentence for a log, an admin or a Status text. */
  why: string
  verdicts: RuleVerdict[]
}

/**
 * Says who is buying, without changing anything: the answer of the dry run. `person.id` is '' for a person who would be
 * provisioned.
 */
export async function matchUser(db: Db, sellerId: string, mapping: Mapping, facts: BuyerFacts): Promise<UserMatch> {
  const result = evaluateMapping(mapping, facts)
  const { target, verdicts } = result
  const refused = (why: string): UserMatch => ({ user: null, firstSight: false, why, verdicts })
  if (target.kind === 'reject') return refused('No mapping rule matches this user, and unmatched users are refused.')

  const account = await findAccount(db, sellerId, target.accountId)
  if (!account) return refused('The mapping names a company account that does not exist.')
  if (account.status !== 'active') return refused(`The company account ${account.name} is suspended.`)
  const values = { costCentre: result.costCentre, shipTo: result.shipTo, contract: result.contract }

  if (target.kind === 'default-user') {
    const person = await findPerson(db, sellerId, target.personId)
    const membership = person && (await findMembership(db, account.id, person.id))
    if (person?.status !== 'active' || membership?.status !== 'active')
      return refused('The default user of this partner is not active.')
    const user = {
      account,
      person,
      role: membership.role,
      ...values,
      costCentre: values.costCentre ?? membership.costCentre,
    }
    return { user, firstSight: false, why: `No rule matched; the default user ${person.email} is taken.`, verdicts }
  }

  const by =
    target.kind === 'rule' ? `Rule "${target.rule}" matched` : 'No rule matched; unmatched users are provisioned'
  const email = facts.useremail?.find((e) => /^[^\s@]+@[^\s@]+$/.test(e))
  if (!email) return refused(`${by}, but the document names no e-mail address to know the person by.`)
  const person = await findPersonByEmail(db, sellerId, email)
  if (person && person.status !== 'active') return refused(`${by}, but ${email} is suspended.`)
  const membership = person && (await findMembership(db, account.id, person.id))
  if (membership && membership.status !== 'active')
    return refused(`${by}, but ${email} is ${membership.status} at ${account.name}.`)
  if (membership) {
    const costCentre = values.costCentre ?? membership.costCentre
    return {
      user: { account, person, role: membership.role, ...values, costCentre },
      firstSight: false,
      why: `${by}.`,
      verdicts,
    }
  }
  if (target.kind === 'rule' && target.firstSight === 'refuse')
    return refused(`${by}, but ${email} is not known and the rule refuses people at first sight.`)
  const name = facts['contact.name']?.[0] ?? person?.name ?? email
  const newcomer = person ?? { id: '', email, name }
  return {
    user: { account, person: newcomer, role: target.role, ...values },
    firstSight: true,
    why: `${by}.`,
    verdicts,
  }
}

/** As matchUser, and adds a person seen for the first time. Run it in the transaction that uses the answer. */
export async function recogniseUser(
  db: Db,
  input: { sellerId: string; mapping: Mapping; facts: BuyerFacts; firstSeenBy: string; newId: () => string },
  at: Date,
): Promise<UserMatch> {
  const match = await matchUser(db, input.sellerId, input.mapping, input.facts)
  if (!match.user || !match.firstSight) return match
  const { account, role, costCentre } = match.user
  const { email, name } = match.user.person
  const person = await insertPersonOnce(db, { id: input.newId(), sellerId: input.sellerId, email, name }, at)
  const membership = await insertMembershipOnce(
    db,
    { id: input.newId(), accountId: account.id, personId: person.id, role, costCentre, firstSeenBy: input.firstSeenBy },
    at,
  )
  return { ...match, user: { ...match.user, person, role: membership.role } }
}
