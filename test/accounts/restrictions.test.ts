// What people may order for: checked in one place, read as it is now.
import { describe, expect, it } from 'vitest'
import { checkRestrictions, type Limits, type Wanted } from '../../src/accounts/restrictions.ts'

const limits = (change: Partial<Limits> = {}): Limits => ({
  ...{ costCentres: null, projects: null, shipTos: null, catalogues: null, orderLimit: null, orderLimitCurrency: null },
  accountCatalogues: null,
  ...{ known: { costCentres: null, projects: null, shipTos: null }, costCentreRequired: false, projectRequired: false },
  ...change,
})
const wanted = (change: Partial<Wanted> = {}): Wanted => ({
  ...{ costCentres: ['FAC-310'], projects: [], shipTo: 'HQ', catalogues: [], productGroups: ['paper'], amount: null },
  ...change,
})
const kinds = (l: Partial<Limits>, w: Partial<Wanted> = {}) =>
  checkRestrictions(limits(l), wanted(w)).map((v) => [v.kind, v.code])

describe('restrictions', () => {
  it('lets everything through where nothing is limited, and nothing where a list is empty', () => {
    expect(kinds({})).toEqual([])
    expect(kinds({ costCentres: [], shipTos: [], catalogues: [] })).toEqual([
      ['cost-centre', 'FAC-310'],
      ['ship-to', 'HQ'],
      ['catalogue', 'paper'],
    ])
  })

  it('takes a closed or an unknown code for a violation only where the company keeps a list', () => {
    const known = { costCentres: { 'FAC-310': 'closed' as const }, projects: {}, shipTos: null }
    expect(kinds({ known }, { projects: ['P1'] })).toEqual([
      ['cost-centre', 'FAC-310'],
      ['project', 'P1'],
    ])
    expect(kinds({ known: { ...known, costCentres: { 'FAC-310': 'active' } } })).toEqual([])
  })

  it('does not guess: an address without a code, a line of no catalogue and another currency are outside a limit', () => {
    expect(kinds({ shipTos: ['HQ'] }, { shipTo: null })).toEqual([['ship-to', null]])
    expect(kinds({ shipTos: ['HQ'] }, { shipTo: undefined })).toEqual([])
    expect(kinds({ shipTos: ['HQ'] }, { lineShipTos: ['DEPOT'] })).toEqual([['ship-to', 'DEPOT']])
    expect(kinds({ catalogues: ['paper'] }, { productGroups: ['paper', null] })).toEqual([['catalogue', null]])
    expect(kinds({ catalogues: ['spring'] }, { catalogues: ['spring'], productGroups: ['paper'] })).toEqual([])
    const limit = { orderLimit: '500', orderLimitCurrency: 'EUR' }
    expect(kinds(limit, { amount: { amount: '500.00', currency: 'EUR' } })).toEqual([])
    expect(kinds(limit, { amount: { amount: '500.01', currency: 'EUR' } })).toEqual([['order-limit', null]])
    expect(kinds(limit, { amount: { amount: '1', currency: 'USD' } })).toEqual([['order-limit', null]])
  })

  it('takes a person’s catalogues for a narrowing of the company’s, never for more', () => {
    const both = { accountCatalogues: ['paper', 'spring'], catalogues: ['paper', 'furniture'] }
    expect(kinds(both)).toEqual([])
    expect(kinds(both, { productGroups: ['furniture'] })).toEqual([['catalogue', 'furniture']])
    expect(kinds(both, { productGroups: ['spring'] })).toEqual([['catalogue', 'spring']])
  })

  it('asks for a cost centre and a project where the company’s rules do', () => {
    expect(kinds({ costCentreRequired: true, projectRequired: true }, { costCentres: [] })).toEqual([
      ['cost-centre', null],
      ['project', null],
    ])
  })
})
