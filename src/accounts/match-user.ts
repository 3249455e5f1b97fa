// Procurement identity -> company account, person, role: the rules decide, the store is asked, and where a rule says so a
// person seen for the first time is provisioned.
import type { Db } from '../database/database.ts'
import type { Account, Person } from './account.ts'
import {
  insertMembershipOnce,
  insertPersonOnce,
  type MemberLimits,
  type Standing,
  type StandingQuestion,
} from './account-store.ts'
import { type BuyerFacts, evaluateMapping, type Mapping, type RuleResult, type RuleVerdict } from './mapping-rules.ts'
import { type RoleName, roles } from './permission.ts'

export interface MatchedUser {
  account: Account
  person: Pick<Person, 'id' | 'email' | 'name'>
  role: RoleName | null
  costCentre: string | null
  shipTo: string | null
  contract: string | null
  /** What they may order for; null = nobody yet has limited a newcomer. */
  limits: MemberLimits | null
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
export async function matchUser(
  find: (question: StandingQuestion) => Promise<Standing | undefined>,
  sellerId: string,
  mapping: Mapping,
  facts: BuyerFacts,
): Promise<UserMatch> {
  const result = evaluateMapping(mapping, facts)
  const { target, verdicts } = result
  const refused = (why: string): UserMatch => ({ user: null, firstSight: false, why, verdicts })
  if (target.kind === 'reject') return refused('No mapping rule matches this user, and unmatched users are refused.')

  const by = inWords(target)
  const email = facts.useremail?.find((e) => /^[^\s@]+@[^\s@]+$/.test(e)) ?? null
  const personId = target.kind === 'provision' ? null : target.personId
  if (!personId && !email) return refused(`${by}, but the document names no e-mail address to know the person by.`)
  const standing = await find({ sellerId, accountId: target.accountId, personId, email: personId ? null : email })
  if (!standing) return refused('The mapping names a company account that does not exist.')
  const { account, person, membership } = standing
  const name = person?.email ?? email ?? 'the person it names'
  if (account.status !== 'active') return refused(`${by}, but the company account ${account.name} is suspended.`)
  if (person && person.status !== 'active') return refused(`${by}, but ${name} is suspended.`)
  if (membership && membership.status !== 'active')
    return refused(`${by}, but ${name} is ${membership.status} at ${account.name}.`)

  const { costCentre, shipTo, contract } = result
  const matched = (user: Omit<MatchedUser, 'account' | 'shipTo' | 'contract'>, firstSight: boolean): UserMatch => ({
    user: { account, shipTo, contract, ...user },
    firstSight,
    why: `${by}.`,
    verdicts,
  })
  if (person && membership) {
    if (!mayPunchOut(membership))
      return refused(
        `${by}, but ${name} may not shop from a procurement system: the permission punchout.use is missing.`,
      )
    if (personId && (membership.administers || (membership.role && roles[membership.role].administers)))
      return refused(`${by}, but ${name} is an administrator, and nobody becomes one by a fixed or default user.`)
    return matched(
      { person, role: membership.role, costCentre: costCentre ?? membership.costCentre, limits: membership.limits },
      false,
    )
  }
  if (personId || target.kind === 'default-user') return refused(`${by}, but ${name} is no member of ${account.name}.`)
  if (target.kind === 'rule' && target.firstSight === 'refuse')
    return refused(`${by}, but ${name} is not known and the rule refuses people at first sight.`)
  const newcomer = person ?? { id: '', email: email ?? '', name: facts['contact.name']?.[0] ?? email ?? '' }
  return matched({ person: newcomer, role: target.role, costCentre, limits: null }, true)
}

function mayPunchOut({ role, granted }: NonNullable<Standing['membership']>): boolean {
  const held = [...(role ? [role] : []), ...granted].flatMap((name): readonly string[] =>
    Object.hasOwn(roles, name) ? roles[name as RoleName].rights : [name],
  )
  return held.some((right) => right.startsWith('punchout.use@'))
}

function inWords(target: Exclude<RuleResult['target'], { kind: 'reject' }>): string {
  if (target.kind === 'rule') return `Rule "${target.rule}" matched`
  return target.kind === 'provision'
    ? 'No rule matched; unmatched users are provisioned'
    : 'No rule matched; the default user is taken'
}

/**
 * Adds a person matched at first sight, and their membership. Two first punchouts at once make one of each. Run it in a
 * transaction.
 */
export async function provisionUser(
  db: Db,
  user: MatchedUser,
  input: { firstSeenBy: string; newId: () => string },
  at: Date,
): Promise<MatchedUser> {
  const { account, role, costCentre } = user
  const { email, name } = user.person
  const person = await insertPersonOnce(db, { id: input.newId(), sellerId: account.sellerId, email, name }, at)
  const membership = await insertMembershipOnce(
    db,
    { id: input.newId(), accountId: account.id, personId: person.id, role, costCentre, firstSeenBy: input.firstSeenBy },
    at,
  )
  return { ...user, person, role: membership.role }
}
