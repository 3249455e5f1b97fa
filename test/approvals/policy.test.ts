// Evaluation and save-time checks of policies. Design: accounts-approvals-budgets.md, "Rule".
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRules } from '../../src/approvals/check-policy.ts'
import { evaluatePolicy, policySchema, type Rates, type Rule } from '../../src/approvals/policy.ts'
import { above, facts } from './company.ts'

const who = { by: 'role', role: 'approver' }
const condition = fc.oneof(
  fc.record({
    fact: fc.constant('amount'),
    basis: fc.constantFrom('net', 'gross', 'withShipping'),
    op: fc.constantFrom('above', 'atLeast', 'below', 'atMost'),
    value: fc.integer({ min: 0, max: 1000 }).map(String),
    currency: fc.constantFrom('EUR', 'USD', 'JPY'),
  }),
  fc.record({ fact: fc.constant('channel'), op: fc.constantFrom('in', 'notIn'), values: fc.constant(['web']) }),
  fc.record({
    fact: fc.constant('lines'),
    op: fc.constantFrom('above', 'atMost'),
    value: fc.integer({ min: 0, max: 3 }),
  }),
)
const action = fc.oneof(
  fc.constant({ effect: 'allow' }),
  fc.constant({ effect: 'warn', message: 'Mind it.' }),
  fc.constant({ effect: 'deny', message: 'No.' }),
  fc
    .array(
      fc.record({ name: fc.constantFrom('A', 'B', 'C'), who: fc.constant(who), stage: fc.integer({ min: 1, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((steps) => ({ effect: 'steps', steps })),
)
const rules = fc
  .array(
    fc.record({
      name: fc.uuid(),
      when: fc.record({ all: fc.array(condition, { maxLength: 2 }), any: fc.array(condition, { maxLength: 2 }) }),
      action,
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) => policySchema.parse({ rules: list }).rules)
const given = fc.integer({ min: 0, max: 1200 }).map((net) => facts(String(net)))
const rates = fc.constantFrom<Rates>({}, { 'EUR>USD': '1.1' })
const names = (list: readonly { name: string; stage: number }[]) => list.map((s) => `${s.stage} ${s.name}`)

describe('evaluation', () => {
  it('never loses a step by a further rule, unless one denies; and denial wins', () => {
    fc.assert(
      fc.property(rules, rules, given, rates, (some, more, asked, known) => {
        const before = evaluatePolicy(some, asked, known)
        const after = evaluatePolicy([...some, ...more], asked, known)
        for (const step of names(before.steps)) expect(names(after.steps)).toContain(step)
        const denies = after.verdicts.some((v) => v.matched && v.effect === 'deny')
        expect(after.outcome === 'denied').toBe(denies)
        if (before.outcome === 'steps') expect(['steps', 'denied']).toContain(after.outcome)
      }),
    )
  })

  it('gives the same whatever order the rules stand in', () => {
    const shuffled = rules.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(shuffled, given, rates, ([list, other], asked, known) => {
        const { verdicts: _, ...a } = evaluatePolicy(list as Rule[], asked, known)
        const { verdicts: _v, ...b } = evaluatePolicy(other as Rule[], asked, known)
        expect(b).toEqual(a)
      }),
    )
  })

  it('never asks fewer for want of a rate', () => {
    const compared = above('100', who)
    const list = policySchema.parse({ rules: [compared] }).rules
    const dollars = facts('1', { currency: 'USD' })
    expect(evaluatePolicy(list, dollars, {}).outcome).toBe('steps')
    expect(evaluatePolicy(list, dollars, { 'USD>EUR': '0.9' }).outcome).toBe('none')
  })
})

describe('a policy is not kept', () => {
  const placesOf = (policy: unknown) => checkRules(policySchema.parse(policy)).map((p) => `${p.place}: ${p.problem}`)
  const amount = (op: string, value: string, currency = 'EUR') => ({
    fact: 'amount',
    basis: 'net',
    op,
    value,
    currency,
  })

  it('with an amount that has no currency', () => {
    const rule = { ...above('1', who), when: { all: [{ fact: 'amount', basis: 'net', op: 'above', value: '1' }] } }
    const { error } = policySchema.safeParse({ rules: [rule] })
    expect(error?.issues[0]).toMatchObject({ path: ['rules', 0, 'when', 'all', 0, 'currency'] })
    expect(error?.issues[0]?.message).toMatch(/currency is missing/)
  })

  it('with two currencies in one rule', () => {
    const rule = { ...above('1', who), when: { all: [amount('above', '1'), amount('below', '9', 'USD')] } }
    expect(placesOf({ rules: [rule] })).toEqual(['rules.0.when: compares amounts in EUR and USD: use one currency'])
  })

  it('with a step that nothing reaches', () => {
    const rule = { ...above('1', who), when: { all: [amount('above', '10'), amount('below', '9')] } }
    expect(placesOf({ rules: [rule] })[0]).toMatch(/rules\.0\.action\.steps: is never reached: no amount is above 10/)
    const deny = { name: 'all', when: {}, action: { effect: 'deny', message: 'No.' } }
    expect(placesOf({ rules: [above('1', who), deny] })[0]).toMatch(/“all” denies whatever matches/)
  })

  it('with more people asked for than named, or a resolver nobody wrote', () => {
    const user = { by: 'user', membershipIds: ['0198a0a0-0000-7000-8000-000000000001'] }
    expect(placesOf({ rules: [above('1', user, { need: { of: 2 } })] })[0]).toMatch(/asks for 2 people and names 1/)
    expect(placesOf({ rules: [above('1', { by: 'resolver', name: 'nope' })] })[0]).toMatch(/no resolver “nope”/)
  })
})
