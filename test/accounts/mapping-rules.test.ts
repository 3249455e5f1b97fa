import { describe, expect, it } from 'vitest'
import { evaluateMapping, type Mapping, mappingSchema } from '../../src/accounts/mapping-rules.ts'

const account = '018f0000-0000-7000-8000-000000000001'
const assign = { accountId: account, firstSight: 'provision', role: 'buyer' } as const
const rule = (name: string, rest: object) => ({ name, assign, ...rest })
const mapping = (rules: object[], unmatched: object = { kind: 'reject' }): Mapping =>
  mappingSchema.parse({ rules, unmatched })

describe('mapping rules', () => {
  it('take the first rule that matches, and say of each why it did or did not', () => {
    const result = evaluateMapping(
      mapping([
        rule('Board', { all: [{ field: 'extrinsic.Department', op: 'equals', value: 'Board' }] }),
        rule('Staff', { all: [{ field: 'UserEmail', op: 'endsWith', value: '@ALMERE.example' }] }),
        rule('Everyone', {}),
      ]),
      { useremail: ['Jane@almere.example'] },
    )
    expect(result.target).toMatchObject({ kind: 'rule', rule: 'Staff' })
    expect(result.verdicts.map((v) => v.matched)).toEqual([false, true])
    expect(result.verdicts[0]?.why).toBe(
      'extrinsic.Department equals "Board" does not hold: the document has no extrinsic.Department',
    )
  })

  it('hold any-of and all-of together, over every value of a field', () => {
    const m = mapping([
      rule('Jane or Joe in Almere', {
        all: [{ field: 'shipTo.addressID', op: 'startsWith', value: 'ALM' }],
        any: [
          { field: 'extrinsic.User', op: 'in', value: ['jane', 'joe'] },
          { field: 'uniqueName', op: 'contains', value: 'jan' },
        ],
      }),
    ])
    expect(evaluateMapping(m, { 'shipto.addressid': ['ALM-1'], 'extrinsic.user': ['x', 'JOE'] }).target.kind).toBe(
      'rule',
    )
    expect(evaluateMapping(m, { 'shipto.addressid': ['ALM-1'] }).target.kind).toBe('reject')
    expect(evaluateMapping(m, { 'extrinsic.user': ['joe'] }).target.kind).toBe('reject')
  })

  it('take cost centre and ship-to from the document or as a fixed value', () => {
    const m = mapping([
      {
        name: 'All',
        assign: {
          ...assign,
          costCentre: { from: 'extrinsic.CostCenter' },
          shipTo: { value: 'DOCK-7' },
          contract: { from: 'extrinsic.None' },
        },
      },
    ])
    expect(evaluateMapping(m, { 'extrinsic.costcenter': ['00420'] })).toMatchObject({
      costCentre: '00420',
      shipTo: 'DOCK-7',
      contract: null,
    })
  })

  it('are not fooled by field names of Object.prototype', () => {
    const m = mapping([rule('x', { all: [{ field: '__proto__', op: 'present' }] })])
    expect(evaluateMapping(m, {}).target.kind).toBe('reject')
    expect(
      evaluateMapping(mapping([rule('x', { all: [{ field: 'constructor', op: 'present' }] })]), {}).target.kind,
    ).toBe('reject')
  })

  it('never make an administrator by rule or default', () => {
    const admin = { accountId: account, firstSight: 'provision', role: 'buyer-admin' }
    expect(
      mappingSchema.safeParse({ rules: [{ name: 'x', assign: admin }], unmatched: { kind: 'reject' } }).success,
    ).toBe(false)
    expect(
      mappingSchema.safeParse({
        rules: [],
        unmatched: { kind: 'provision', accountId: account, role: 'purchase-manager' },
      }).success,
    ).toBe(false)
  })

  it('refuse conditions that say nothing', () => {
    const bad = [
      { field: 'x', op: 'equals' },
      { field: 'x', op: 'equals', value: '' },
      { field: 'x', op: 'in', value: 'a' },
      { field: 'x', op: 'matches', value: '(a+)+$' },
    ]
    for (const condition of bad)
      expect(
        mappingSchema.safeParse({ rules: [rule('x', { all: [condition] })], unmatched: { kind: 'reject' } }).success,
      ).toBe(false)
  })
})
