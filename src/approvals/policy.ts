// Approval policies: rules over facts of what is to be ordered, and what follows from those that match. Pure: the live submit, "why"
// and what-if ask the same evaluation. Design: accounts-approvals-budgets.md, "Approval".
import { z } from 'zod'
import {
  compareDecimals,
  currencyDecimals,
  DECIMAL,
  multiplyDecimals,
  roundDecimal,
  significantDecimals,
} from '../money.ts'

export const bases = ['net', 'gross', 'withShipping'] as const
const decimal = z.string().regex(DECIMAL, 'is no decimal such as 250.00')
const code = z.string().min(1).max(255)
const currencyCode = z
  .string('a currency is missing: an amount without one means nothing')
  .regex(/^[A-Z]{3}$/, 'is no ISO 4217 currency such as EUR')

const lineFacts = z.object({
  supplierPartId: z.string(),
  productGroup: z.string().nullable().default(null),
  catalogue: z.string().nullable().default(null),
  supplier: z.string().nullable().default(null),
  costCentre: z.string().nullable().default(null),
  project: z.string().nullable().default(null),
  netAmount: decimal,
})

/** What a policy is asked about. Amounts: decimal text in `currency`; codes as the account has them. */
export const factsSchema = z
  .object({
    amounts: z.object({ net: decimal, gross: decimal, withShipping: decimal.describe('gross and shipping') }),
    currency: currencyCode,
    lines: z.array(lineFacts).max(10_000),
    suppliers: z.array(z.string()).default([]),
    shipTo: z.string().nullable().default(null),
    project: z.string().nullable().default(null),
    costCentre: z.string().nullable().default(null),
    channel: z.string(),
    budget: z.enum(['ok', 'warn', 'ask', 'block', 'none']).default('none'),
    firstUse: z
      .array(z.enum(['product', 'supplier', 'ship-to']))
      .default([])
      .describe('what of it this account has never ordered before'),
    requesterRoles: z.array(z.string()).default([]),
    splitSuspected: z.boolean().default(false),
    orderLimitExceeded: z.boolean().default(false),
  })
  .meta({ id: 'ApprovalFacts' })
export type ApprovalFacts = z.infer<typeof factsSchema>

const codeFacts = [
  'productGroup',
  'catalogue',
  'supplierPartId',
  'supplier',
  'shipTo',
  'project',
  'costCentre',
  'channel',
  'budget',
  'firstUse',
  'requesterRole',
] as const
const comparisons = ['above', 'atLeast', 'below', 'atMost'] as const

const condition = z
  .discriminatedUnion('fact', [
    z.strictObject({
      fact: z.literal('amount'),
      basis: z.enum(bases),
      op: z.enum(comparisons),
      value: decimal,
      currency: currencyCode,
    }),
    z.strictObject({
      fact: z.literal('lineAmount').describe('net amount of any one line'),
      op: z.enum(comparisons),
      value: decimal,
      currency: currencyCode,
    }),
    z.strictObject({ fact: z.literal('lines'), op: z.enum(comparisons), value: z.int().min(0) }),
    z
      .strictObject({
        fact: z.enum(codeFacts),
        op: z.enum(['in', 'notIn', 'present', 'absent']),
        values: z.array(code).min(1).max(1000).optional(),
      })
      .refine((c) => (c.op === 'in' || c.op === 'notIn') === (c.values !== undefined), {
        message: '"in" and "notIn" need values, "present" and "absent" have none',
      }),
    z.strictObject({ fact: z.enum(['splitSuspected', 'orderLimitExceeded']), is: z.boolean() }),
  ])
  .meta({ id: 'PolicyCondition' })
export type Condition = z.infer<typeof condition>

const who = z
  .discriminatedUnion('by', [
    z.strictObject({ by: z.literal('user'), membershipIds: z.array(z.uuid()).min(1).max(50) }),
    z.strictObject({
      by: z.literal('role').describe('who holds approval.decide with this role'),
      role: z.string().min(1).max(120).describe('a ready role, or the id of a custom one'),
      at: z
        .enum(['account', 'company', 'above'])
        .default('company')
        .describe('where to look; above: anywhere up the tree'),
    }),
    z.strictObject({ by: z.literal('manager-chain').describe('up to the first whose limit covers the amount') }),
    z.strictObject({ by: z.literal('cost-centre-owner') }),
    z.strictObject({ by: z.literal('unit-head').describe('the nearest buyer admin or purchase manager going up') }),
    z.strictObject({
      by: z.literal('resolver'),
      name: z.string().min(1).max(60),
      argument: z.string().max(255).default(''),
    }),
  ])
  .meta({ id: 'ApproverSource' })
export type Who = z.infer<typeof who>

const hours = z.int().min(1).max(8760)

const step = z
  .strictObject({
    name: z.string().min(1).max(120),
    kind: z.enum(['approve', 'confirm-payment', 'complete-address']).default('approve'),
    who,
    need: z
      .union([z.enum(['any', 'all']), z.strictObject({ of: z.int().min(1).max(50) })])
      .default('any')
      .describe('how many must agree'),
    stage: z.int().min(1).max(20).default(1).describe('stages come one after the other, steps of one stage together'),
    timeout: z
      .strictObject({
        remindAfter: hours.optional(),
        escalateAfter: hours.optional().describe('those above are asked too'),
        endAfter: hours.optional(),
        atEnd: z.enum(['reject', 'approve']).default('reject').describe('approve only if you really mean it'),
      })
      .optional()
      .describe('hours after the step was opened'),
  })
  .meta({ id: 'PolicyStep' })
export type PolicyStep = z.infer<typeof step>

const rule = z
  .strictObject({
    name: z.string().min(1).max(120),
    mandatory: z.boolean().default(false).describe('accounts below cannot relax it'),
    when: z.strictObject({
      all: z.array(condition).max(20).default([]).describe('every one must hold'),
      any: z.array(condition).max(20).default([]).describe('at least one must hold, if there are any'),
    }),
    action: z.discriminatedUnion('effect', [
      z.strictObject({ effect: z.literal('allow') }),
      z.strictObject({ effect: z.literal('deny'), message: z.string().min(1).max(500) }),
      z.strictObject({ effect: z.literal('warn'), message: z.string().min(1).max(500) }),
      z.strictObject({ effect: z.literal('steps'), steps: z.array(step).min(1).max(20) }),
    ]),
  })
  .meta({ id: 'PolicyRule' })
export type Rule = z.infer<typeof rule>

export const policySchema = z
  .strictObject({
    inherits: z.boolean().default(true).describe('false: of the rules above only the mandatory ones stay in force'),
    rules: z.array(rule).max(500),
    fallback: z.array(z.uuid()).max(20).default([]).describe('memberships that decide where nobody else may'),
    splitDays: z.int().min(0).max(90).default(7).describe('days in which orders are added up; 0 = they are not'),
  })
  .meta({ id: 'ApprovalPolicy' })
export type Policy = z.infer<typeof policySchema>

/** Rates as they were read: `USD>EUR` -> how many EUR one USD is. */
export type Rates = Readonly<Record<string, string>>

export interface RuleVerdict {
  rule: string
  matched: boolean
  effect: Rule['action']['effect']
  why: string
}

export interface PlannedStep extends PolicyStep {
  /** The rules that ask for it. */
  rules: string[]
}

export interface Verdict {
  outcome: 'none' | 'steps' | 'denied'
  /** In the order in which they are opened. */
  steps: PlannedStep[]
  denials: string[]
  warnings: string[]
  verdicts: RuleVerdict[]
}

/** All rules that match count together: one that denies wins, else the steps unite. Their order makes no difference. */
export function evaluatePolicy(rules: readonly Rule[], facts: ApprovalFacts, rates: Rates): Verdict {
  const verdicts: RuleVerdict[] = []
  const denials: string[] = []
  const warnings: string[] = []
  const steps = new Map<string, PlannedStep>()
  for (const { name, when, action } of rules) {
    const { matched, why } = judge(when, facts, rates)
    verdicts.push({ rule: name, matched, effect: action.effect, why })
    if (!matched) continue
    if (action.effect === 'deny') denials.push(action.message)
    if (action.effect === 'warn') warnings.push(action.message)
    if (action.effect === 'steps')
      for (const asked of action.steps) {
        const key = keyOf(asked)
        const known = steps.get(key)
        steps.set(key, { ...asked, rules: [...new Set([...(known?.rules ?? []), name])].sort() })
      }
  }
  const planned = [...steps]
    .sort(([a, x], [b, y]) => x.stage - y.stage || (a < b ? -1 : 1))
    .map(([, planned]) => planned)
  const outcome = denials.length > 0 ? 'denied' : planned.length > 0 ? 'steps' : 'none'
  return { outcome, steps: planned, denials: denials.sort(), warnings: warnings.sort(), verdicts }
}

/** Two rules that ask the same of the same people at the same stage ask once. */
function keyOf({ stage, kind, who, need, timeout, name }: PolicyStep): string {
  return JSON.stringify([stage, kind, who, need, timeout ?? null, name])
}

function judge(when: Rule['when'], facts: ApprovalFacts, rates: Rates): { matched: boolean; why: string } {
  for (const asked of when.all) {
    const { holds, seen } = test(asked, facts, rates)
    if (!holds) return { matched: false, why: `it is not so that ${explain(asked)} (${seen})` }
  }
  const tried = when.any.map((asked) => ({ asked, ...test(asked, facts, rates) }))
  const met = tried.find(({ holds }) => holds)
  if (tried.length > 0 && !met) return { matched: false, why: `none is so: ${when.any.map(explain).join('; ')}` }
  const held = [...when.all.map((asked) => ({ asked, ...test(asked, facts, rates) })), ...(met ? [met] : [])]
  if (held.length === 0) return { matched: true, why: 'it has no conditions' }
  return { matched: true, why: held.map(({ asked, seen }) => `${explain(asked)} (${seen})`).join('; ') }
}

const orders: Record<(typeof comparisons)[number], (sign: number) => boolean> = {
  above: (sign) => sign > 0,
  atLeast: (sign) => sign >= 0,
  below: (sign) => sign < 0,
  atMost: (sign) => sign <= 0,
}

function test(asked: Condition, facts: ApprovalFacts, rates: Rates): { holds: boolean; seen: string } {
  switch (asked.fact) {
    case 'amount': {
      const amount = facts.amounts[asked.basis]
      const shown = roundDecimal(amount, Math.max(currencyDecimals(facts.currency), significantDecimals(amount)))
      return compareMoney(asked, [amount], facts.currency, rates, `it is ${shown} ${facts.currency}`)
    }
    case 'lineAmount': {
      const amounts = facts.lines.map((line) => line.netAmount)
      return compareMoney(asked, amounts, facts.currency, rates, `of ${amounts.length} lines`)
    }
    case 'lines':
      return { holds: orders[asked.op](facts.lines.length - asked.value), seen: `there are ${facts.lines.length}` }
    case 'splitSuspected':
    case 'orderLimitExceeded':
      return { holds: facts[asked.fact] === asked.is, seen: facts[asked.fact] ? 'yes' : 'no' }
    default: {
      const values = valuesOf(asked.fact, facts)
      const seen = values.length === 0 ? 'there is none' : `it is ${values.slice(0, 10).join(', ')}`
      const within = values.some((value) => asked.values?.includes(value))
      const holds = { in: within, notIn: !within, present: values.length > 0, absent: values.length === 0 }[asked.op]
      return { holds, seen }
    }
  }
}

function compareMoney(
  asked: { op: (typeof comparisons)[number]; value: string; currency: string },
  amounts: readonly string[],
  currency: string,
  rates: Rates,
  seen: string,
): { holds: boolean; seen: string } {
  const converted = amounts.map((amount) => convert(amount, currency, asked.currency, rates))
  if (converted.includes(null))
    return { holds: true, seen: `${seen}, and there is no exchange rate from ${currency} to ${asked.currency}` }
  const holds = converted.some((amount) => orders[asked.op](compareDecimals(amount ?? '0', asked.value)))
  return { holds, seen }
}

/** An amount in another currency, exact; null where there is no rate. */
export function convert(amount: string, from: string, to: string, rates: Rates): string | null {
  if (from === to) return amount
  const rate = rates[`${from}>${to}`]
  return rate === undefined ? null : multiplyDecimals(amount, rate)
}

function valuesOf(fact: (typeof codeFacts)[number], facts: ApprovalFacts): string[] {
  const ofLines = (name: 'productGroup' | 'catalogue' | 'supplierPartId' | 'supplier' | 'costCentre' | 'project') =>
    facts.lines.map((line) => line[name])
  const all: Record<typeof fact, (string | null)[]> = {
    productGroup: ofLines('productGroup'),
    catalogue: ofLines('catalogue'),
    supplierPartId: ofLines('supplierPartId'),
    supplier: [...facts.suppliers, ...ofLines('supplier')],
    shipTo: [facts.shipTo],
    project: [facts.project, ...ofLines('project')],
    costCentre: [facts.costCentre, ...ofLines('costCentre')],
    channel: [facts.channel],
    budget: facts.budget === 'none' ? [] : [facts.budget],
    firstUse: facts.firstUse,
    requesterRole: facts.requesterRoles,
  }
  return [...new Set(all[fact].filter((value): value is string => value !== null))]
}

const comparisonWords = { above: 'above', atLeast: 'at least', below: 'below', atMost: 'at most' } as const
const basisWords = { net: 'net amount', gross: 'gross amount', withShipping: 'amount with shipping' } as const
const factWords: Record<(typeof codeFacts)[number], string> = {
  productGroup: 'product group',
  catalogue: 'catalogue',
  supplierPartId: 'part number',
  supplier: 'supplier',
  shipTo: 'ship-to',
  project: 'project',
  costCentre: 'cost centre',
  channel: 'channel',
  budget: 'budget’s verdict',
  firstUse: 'first use',
  requesterRole: 'requester’s role',
}

/** A condition as a clause: the net amount is above 500 EUR. */
function explain(asked: Condition): string {
  switch (asked.fact) {
    case 'amount':
      return `the ${basisWords[asked.basis]} is ${comparisonWords[asked.op]} ${asked.value} ${asked.currency}`
    case 'lineAmount':
      return `a line’s amount is ${comparisonWords[asked.op]} ${asked.value} ${asked.currency}`
    case 'lines':
      return `the number of lines is ${comparisonWords[asked.op]} ${asked.value}`
    case 'splitSuspected':
      return asked.is ? 'it looks like part of a larger purchase' : 'it does not look like part of a larger purchase'
    case 'orderLimitExceeded':
      return asked.is ? 'it is over the requester’s order limit' : 'it is within the requester’s order limit'
    default: {
      const name = factWords[asked.fact]
      if (asked.op === 'present') return `there is a ${name}`
      if (asked.op === 'absent') return `there is no ${name}`
      const values = asked.values?.join(' or ') ?? ''
      return `the ${name} is ${asked.op === 'in' ? '' : 'not '}${values}`
    }
  }
}

/** The currencies a rule compares with. */
export function currenciesOf(rules: readonly Rule[]): string[] {
  const conditions = rules.flatMap(({ when }) => [...when.all, ...when.any])
  return [...new Set(conditions.flatMap((c) => ('currency' in c ? [c.currency] : [])))].sort()
}
