import { describe, expect, it } from 'vitest'
import { buyerProfileSchema, profileOverridesSchema } from '../../src/partners/buyer-profile.ts'
import { buyerProfiles, profileWith } from '../../src/partners/buyer-profiles.ts'

describe('buyer profiles', () => {
  it.each(Object.entries(buyerProfiles))('%s is a right profile under its own name', (name, profile) => {
    expect(buyerProfileSchema.parse(profile)).toEqual(profile)
    expect(profile.name).toBe(name)
  })

  it('are the six the issue names', () => {
    expect(Object.keys(buyerProfiles)).toEqual(['generic', 'ariba', 'coupa', 'jaggaer', 'oracle', 'sap-srm'])
  })

  it('have unit maps without chains, so that a fitted unit stays', () => {
    for (const { cxml, oci } of Object.values(buyerProfiles))
      for (const { map } of [cxml.units, oci.units])
        for (const theirs of Object.values(map)) expect(map[theirs] ?? theirs).toBe(theirs)
  })

  it('say for OCI the lengths of OCI, whichever the buyer', () => {
    for (const { oci } of Object.values(buyerProfiles)) {
      expect(oci.fields.description).toMatchObject({ max: 40, over: 'cut' })
      expect(oci.units.maxLength).toBe(3)
    }
  })
})

describe('a partner’s overrides', () => {
  it('lie over the profile and leave it as it was', () => {
    const before = structuredClone(buyerProfiles.ariba)
    const profile = profileWith('ariba', {
      unitMap: { C62: 'EA' },
      acceptedUnits: ['EA'],
      requiredExtrinsics: ['CostCentre'],
      defaultClassification: { domain: 'UNSPSC', code: '44120000' },
      formEncoding: 'cxml-base64',
      fields: { description: { max: 100, count: 'characters', over: 'cut' } },
      maxLines: 50,
      priceDecimals: 2,
      ociVersion: '5.0',
      charset: 'utf-8',
    })
    expect(profile.cxml).toMatchObject({ formEncoding: 'cxml-base64', maxLines: 50, price: { maxDecimals: 2 } })
    expect(profile.cxml.units).toMatchObject({ map: { UN: 'EA', C62: 'EA' }, accepted: ['EA'] })
    expect(profile.cxml.fields).toMatchObject({ description: { max: 100 }, shortName: { max: 50 } })
    expect(profile.oci).toMatchObject({ version: '5.0', charset: 'utf-8', maxLines: 50 })
    expect(profile).toMatchObject({ requiredExtrinsics: ['CostCentre'], defaultClassification: { code: '44120000' } })
    expect(buyerProfiles.ariba).toEqual(before)
  })

  it('switch off what the profile would make of the partner’s own units', () => {
    expect(profileWith('oracle', { unitMap: { PCE: 'EA' } }).cxml.units.map).toEqual({ C62: 'EACH', PCE: 'EA' })
  })

  it('on an unknown profile lie over the generic one', () => {
    for (const name of ['sap', '', '__proto__', 'toString']) expect(profileWith(name).name).toBe('generic')
  })

  it('without any value change nothing', () => {
    for (const [name, profile] of Object.entries(buyerProfiles)) {
      expect(profileWith(name)).toEqual(profile)
      expect(profileWith(name, { charset: undefined, ociVersion: undefined, unitMap: {} })).toEqual(profile)
    }
  })

  it('are checked', () => {
    expect(profileOverridesSchema.safeParse({ priceDecimals: -1 }).success).toBe(false)
    expect(profileOverridesSchema.safeParse({ fields: { nothing: { max: 1 } } }).success).toBe(false)
    expect(profileOverridesSchema.parse({ fields: { comments: { max: 10 } } }).fields?.comments).toEqual({
      max: 10,
      count: 'characters',
      over: 'cut',
    })
  })
})
