// Ordered rules from what a procurement system says of its user to account, person, role, cost centre and ship-to. Pure: the
// same evaluation serves the live punchout and the dry run.
import { z } from 'zod'
import { type RoleName, roleNames, roles } from './permission.ts'

/**
 * What a document says of the buyer: lower-case field name -> values, in the order found. Names: `useremail` and `uniquename`
 * (gathered from every place systems put them), `extrinsic.<name>`, `contact.email`, `contact.name`, `shipto.addressid`,
 * `shipto.email`, `from.<domain>`, `oci.<parameter>`.
 */
export type BuyerFacts = Record<string, string[]>

/** Gathers facts: names fold to lower case, blank values are left out, several values of a name stay in order. */
export function gatherFacts(): { facts: BuyerFacts; add: (name: string, ...values: (string | undefined)[]) => void } {
  const facts: BuyerFacts = {}
  const add = (name: string, ...values: (string | undefined)[]) => {
    const key = name.toLowerCase()
    facts[key] = [...valuesOf(key, facts), ...values.flatMap((v) => (v?.trim() ? [v.trim()] : []))]
  }
  return { facts, add }
}

const field = z.string().min(1).max(120)
const condition = z
  .object({
    field: field.describe(
      'userEmail, uniqueName, extrinsic.CostCenter, contact.email, shipTo.addressID, from.NetworkID, oci.userid ...',
    ),
    op: z.enum(['equals', 'in', 'startsWith', 'endsWith', 'contains', 'present']),
    value: z.union([z.string().max(500), z.array(z.string().max(500)).max(1000)]).optional(),
  })
  .refine(
    (c) =>
      c.op === 'present' || (c.op === 'in' ? Array.isArray(c.value) : typeof c.value === 'string' && c.value !== ''),
    {
      message: 'needs a value: a text, or a list for "in"',
    },
  )
  .meta({ id: 'MappingCondition' })
export type MappingCondition = z.infer<typeof condition>

const source = z
  .union([z.object({ value: z.string().max(255) }), z.object({ from: field })])
  .describe('a fixed value, or the field of the document to take it from')

const role = z.enum(roleNames)
const harmlessRole = role.refine(
  (r) => !roles[r].administers,
  'a default or a first sight never makes an administrator',
)

const ruleSchema = z
  .object({
    name: z.string().min(1).max(120),
    all: z.array(condition).max(20).optional().describe('every one must hold'),
    any: z.array(condition).max(20).optional().describe('at least one must hold'),
    assign: z.object({
      accountId: z.uuid(),
      personId: z.uuid().optional().describe('always this person, whatever the document says'),
      firstSight: z.enum(['provision', 'refuse']).describe('what to do with a person the hub has not seen'),
      role: harmlessRole.describe('role of a person provisioned by this rule'),
      costCentre: source.optional(),
      shipTo: source.optional(),
      contract: source.optional(),
    }),
  })
  .meta({ id: 'MappingRule' })
export type MappingRule = z.infer<typeof ruleSchema>

export const mappingSchema = z
  .object({
    rules: z.array(ruleSchema).max(200),
    unmatched: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('reject') }),
      z.object({ kind: z.literal('provision'), accountId: z.uuid(), role: harmlessRole }),
      z.object({ kind: z.literal('default-user'), accountId: z.uuid(), personId: z.uuid() }),
    ]),
  })
  .meta({ id: 'Mapping' })
export type Mapping = z.infer<typeof mappingSchema>

/** How one rule fared: `failed` names the first condition that did not hold. */
export interface RuleVerdict {
  rule: string
  matched: boolean
  why: string
}

export interface RuleResult {
  target:
    | {
        kind: 'rule'
        rule: string
        accountId: string
        personId: string | null
        firstSight: 'provision' | 'refuse'
        role: RoleName
      }
    | { kind: 'provision'; accountId: string; role: RoleName }
    | { kind: 'default-user'; accountId: string; personId: string }
    | { kind: 'reject' }
  costCentre: string | null
  shipTo: string | null
  contract: string | null
  verdicts: RuleVerdict[]
}

/** Evaluates the rules in order; the first that matches decides, and every one looked at says why it did or didn't. */
export function evaluateMapping(mapping: Mapping, facts: BuyerFacts): RuleResult {
  const verdicts: RuleVerdict[] = []
  for (const rule of mapping.rules) {
    const verdict = judge(rule, facts)
    verdicts.push(verdict)
    if (!verdict.matched) continue
    const { accountId, personId = null, firstSight, role, costCentre, shipTo, contract } = rule.assign
    return {
      target: { kind: 'rule', rule: rule.name, accountId, personId, firstSight, role },
      costCentre: take(costCentre, facts),
      shipTo: take(shipTo, facts),
      contract: take(contract, facts),
      verdicts,
    }
  }
  return { target: mapping.unmatched, costCentre: null, shipTo: null, contract: null, verdicts }
}

function judge(rule: MappingRule, facts: BuyerFacts): RuleVerdict {
  const failed = rule.all?.find((c) => !holds(c, facts))
  if (failed)
    return { rule: rule.name, matched: false, why: `${explain(failed)} does not hold: ${seen(failed, facts)}` }
  if (rule.any && rule.any.length > 0) {
    const met = rule.any.find((c) => holds(c, facts))
    if (!met) return { rule: rule.name, matched: false, why: `none of ${rule.any.map(explain).join(', ')} holds` }
    return { rule: rule.name, matched: true, why: `${explain(met)} holds: ${seen(met, facts)}` }
  }
  const all = rule.all ?? []
  return {
    rule: rule.name,
    matched: true,
    why: all.length === 0 ? 'it has no conditions' : `${all.map(explain).join(' and ')} hold`,
  }
}

const tests: Record<MappingCondition['op'], (value: string, wanted: string[]) => boolean> = {
  present: (value) => value !== '',
  equals: (value, [wanted = '']) => value === wanted,
  in: (value, wanted) => wanted.includes(value),
  startsWith: (value, [wanted = '']) => value.startsWith(wanted),
  endsWith: (value, [wanted = '']) => value.endsWith(wanted),
  contains: (value, [wanted = '']) => value.includes(wanted),
}

function holds(c: MappingCondition, facts: BuyerFacts): boolean {
  const wanted = (Array.isArray(c.value) ? c.value : [c.value ?? '']).map((v) => v.toLowerCase())
  return valuesOf(c.field, facts).some((value) => tests[c.op](value.toLowerCase(), wanted))
}

function valuesOf(name: string, facts: BuyerFacts): string[] {
  const key = name.toLowerCase()
  return Object.hasOwn(facts, key) ? (facts[key] ?? []) : []
}

function take(from: MappingRule['assign']['costCentre'], facts: BuyerFacts): string | null {
  if (!from) return null
  return 'value' in from ? from.value : (valuesOf(from.from, facts)[0] ?? null)
}

function explain(c: MappingCondition): string {
  return c.op === 'present' ? `${c.field} present` : `${c.field} ${c.op} ${JSON.stringify(c.value)}`
}

function seen(c: MappingCondition, facts: BuyerFacts): string {
  const values = valuesOf(c.field, facts)
  return values.length === 0
    ? `the document has no ${c.field}`
    : `${c.field} is ${values.map((v) => JSON.stringify(v)).join(', ')}`
}
