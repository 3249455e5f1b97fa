import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkItem } from '../../protocols/oci/items.ts'
import { type Cart, type CartLine, cartLineSchema, cartSchema } from '../../src/cart.ts'
import { charactersIn, utf8Bytes } from '../../src/mapping/cut-text.ts'
import { type CartWarning, fitCart } from '../../src/mapping/fit-cart.ts'
import { toOciItem } from '../../src/mapping/oci-cart.ts'
import { charsetFits } from '../../src/mapping/transliterate.ts'
import type { BuyerProfile, ProfileOverrides } from '../../src/partners/buyer-profile.ts'
import { buyerProfiles, profileWith } from '../../src/partners/buyer-profiles.ts'

const line: CartLine = {
  lineNumber: 1,
  quantity: '1',
  supplierPartId: '00815',
  description: 'Bolt',
  unitPrice: { amount: '1.10', currency: 'EUR' },
  unitOfMeasure: 'EA',
  classifications: [{ domain: 'UNSPSC', code: '31161500' }],
}
const cartOf = (...changes: Partial<CartLine>[]): Cart => ({
  lines: changes.map((change, i) => ({ ...line, lineNumber: i + 1, ...change })),
})

/** The fitted line and what was said of it. */
function fit(change: Partial<CartLine>, profile: BuyerProfile, protocol: 'cxml' | 'oci' = 'cxml') {
  const { cart, warnings, refused } = fitCart(cartOf(change), profile, protocol)
  return { line: cart.lines[0] as CartLine, warnings, refused, said: warnings.map((w) => `${w.code} ${w.field}`) }
}

describe('a cart that fits', () => {
  it.each(Object.keys(buyerProfiles).filter((name) => name !== 'oracle'))('leaves %s as it came', (name) => {
    for (const protocol of ['cxml', 'oci'] as const) {
      const cart = cartOf({}, { quantity: '2.5' })
      const before = structuredClone(cart)
      expect(fitCart(cart, profileWith(name), protocol)).toEqual({ cart: before, warnings: [], refused: false })
      expect(cart).toEqual(before)
    }
  })
})

describe('Ariba, facts/cxml.md', () => {
  const { ariba } = buyerProfiles

  it('takes 255 bytes of description, not characters, and says what was cut', () => {
    expect(fit({ description: 'é'.repeat(127) }, ariba).said).toEqual([])
    const { line: fitted, warnings } = fit({ description: 'é'.repeat(128) }, ariba)
    expect(fitted.description).toBe('é'.repeat(127))
    expect(warnings).toEqual([
      {
        code: 'cut',
        line: 1,
        field: 'description',
        message: 'has 256 bytes, SAP Ariba takes 255',
        before: 'é'.repeat(128),
        after: 'é'.repeat(127),
      },
    ])
  })

  it('takes 50 bytes of short name', () => {
    expect(fit({ shortName: 'x'.repeat(50) }, ariba).said).toEqual([])
    expect(fit({ shortName: 'x'.repeat(51) }, ariba).line.shortName).toBe('x'.repeat(50))
  })

  it.each(['?', '{', '}'])('refuses %s in part id and auxiliary id', (character) => {
    for (const field of ['supplierPartId', 'supplierPartAuxiliaryId'] as const) {
      const { refused, said, line: fitted } = fit({ [field]: `A${character}1` }, ariba)
      expect([refused, said, fitted[field]]).toEqual([true, [`rejected ${field}`], `A${character}1`])
    }
    expect(fit({ buyerPartId: `A${character}` }, ariba).refused).toBe(false)
  })

  it('warns of part ids over 100 characters and leaves them whole', () => {
    expect(fit({ supplierPartId: 'x'.repeat(100) }, ariba).said).toEqual([])
    const long = fit({ supplierPartId: 'x'.repeat(101) }, ariba)
    expect([long.said, long.refused, long.line.supplierPartId]).toEqual([
      ['notice supplierPartId'],
      false,
      'x'.repeat(101),
    ])
  })

  it('rounds a price to 4 decimals with a warning; zeros at the end are no decimals', () => {
    const price = (amount: string) => fit({ unitPrice: { amount, currency: 'EUR' } }, ariba)
    expect(price('1.2345').said).toEqual([])
    expect(price('1.234500').said).toEqual([])
    expect(price('1.234500').line.unitPrice.amount).toBe('1.2345')
    expect(price('1.23455').warnings).toMatchObject([{ code: 'rounded', before: '1.23455', after: '1.2346' }])
    expect(price('0.00001').said).toEqual(['rejected unitPrice.amount'])
    expect(price('0.00001').line.unitPrice.amount).toBe('0.00001')
  })

  it('has no unit UN', () => {
    const { line: fitted, warnings } = fit({ unitOfMeasure: 'UN' }, ariba)
    expect(fitted.unitOfMeasure).toBe('EA')
    expect(warnings).toMatchObject([{ code: 'remapped', before: 'UN', after: 'EA' }])
  })

  it.each([
    ['31161500', '31161500', []],
    ['31.16.15.00', '31161500', ['replaced classifications.0.code']],
    ['31 16-15', '31161500', ['replaced classifications.0.code']],
    ['31', '31000000', ['replaced classifications.0.code']],
    ['3116150014', '31161500', ['cut classifications.0.code']],
    ['3116150', '3116150', ['rejected classifications.0.code']],
    ['bolts', 'bolts', ['rejected classifications.0.code']],
  ])('takes UNSPSC as 8 plain digits: %s', (code, after, said) => {
    const found = fit({ classifications: [{ domain: 'unspsc', code }] }, ariba)
    expect([found.line.classifications, found.said]).toEqual([[{ domain: 'unspsc', code: after }], said])
  })

  it('reads other classifications as they are', () => {
    expect(fit({ classifications: [{ domain: 'eClass', code: '23-11-01' }] }, ariba).said).toEqual([])
  })
})

describe('units', () => {
  it('Coupa refuses the cart for a unit outside the customer’s, JAGGAER makes it EA and is only warned of', () => {
    const overrides: ProfileOverrides = { acceptedUnits: ['EA', 'BX'] }
    const coupa = fit({ unitOfMeasure: 'XPP' }, profileWith('coupa', overrides))
    expect([coupa.said, coupa.refused]).toEqual([['rejected unitOfMeasure'], true])
    const jaggaer = fit({ unitOfMeasure: 'XPP' }, profileWith('jaggaer', overrides))
    expect([jaggaer.said, jaggaer.refused, jaggaer.line.unitOfMeasure]).toEqual([
      ['notice unitOfMeasure'],
      false,
      'XPP',
    ])
    expect(jaggaer.warnings[0]?.message).toContain('into EA without a word')
  })

  it('what looks like no Rec 20 code is unknown to everyone, unless mapped', () => {
    expect(fit({ unitOfMeasure: 'Stück' }, buyerProfiles.coupa).refused).toBe(true)
    expect(fit({ unitOfMeasure: 'Stück' }, buyerProfiles.generic).said).toEqual(['notice unitOfMeasure'])
    expect(fit({ unitOfMeasure: 'Stück' }, profileWith('coupa', { unitMap: { Stück: 'EA' } })).said).toEqual([
      'remapped unitOfMeasure',
    ])
  })

  it('Oracle gets EACH, or what the partner says', () => {
    expect(fit({ unitOfMeasure: 'C62' }, buyerProfiles.oracle).line.unitOfMeasure).toBe('EACH')
    expect(fit({}, profileWith('oracle', { unitMap: { EA: 'Ea' } })).line.unitOfMeasure).toBe('Ea')
  })

  it('OCI takes 3 characters', () => {
    expect(fit({ unitOfMeasure: 'EACH' }, buyerProfiles['sap-srm'], 'oci').said).toEqual(['rejected unitOfMeasure'])
    expect(fit({ unitOfMeasure: 'constructor' }, buyerProfiles.generic).line.unitOfMeasure).toBe('constructor')
  })
})

describe('JAGGAER', () => {
  it('takes 100 characters of comments and extrinsics', () => {
    const cart = {
      ...cartOf({ extrinsics: { Note: 'n'.repeat(101), Ok: 'o'.repeat(100) } }),
      comments: 'c'.repeat(101),
    }
    const { cart: fitted, warnings } = fitCart(cart, buyerProfiles.jaggaer, 'cxml')
    expect(fitted.comments).toBe('c'.repeat(100))
    expect(fitted.lines[0]?.extrinsics).toEqual({ Note: 'n'.repeat(100), Ok: 'o'.repeat(100) })
    expect(warnings.map((w) => [w.code, w.line, w.field])).toEqual([
      ['cut', 1, 'extrinsics.Note'],
      ['cut', undefined, 'comments'],
    ])
  })
})

describe('classification, extrinsics, lines', () => {
  it('a line without classification is warned of, or gets the partner’s default', () => {
    expect(fit({ classifications: [] }, buyerProfiles.generic).said).toEqual(['missing classifications'])
    const defaultClassification = { domain: 'UNSPSC', code: '44120000' }
    const found = fit({ classifications: undefined }, profileWith('coupa', { defaultClassification }))
    expect([found.said, found.line.classifications]).toEqual([['replaced classifications'], [defaultClassification]])
    expect(fit({ classifications: [] }, buyerProfiles.generic, 'oci').said).toEqual([])
  })

  it('a required extrinsic is asked for in any case', () => {
    const profile = profileWith('coupa', { requiredExtrinsics: ['CostCentre'] })
    expect(fit({}, profile).said).toEqual(['missing extrinsics.CostCentre'])
    expect(fit({ extrinsics: { costcentre: '1' } }, profile).said).toEqual([])
  })

  it('more lines than the buyer takes are refused', () => {
    const profile = profileWith('generic', { maxLines: 2 })
    expect(fitCart(cartOf({}, {}), profile, 'cxml').refused).toBe(false)
    expect(fitCart(cartOf({}, {}, {}), profile, 'cxml').warnings).toMatchObject([{ code: 'rejected', field: 'lines' }])
  })
})

describe('OCI, facts/oci.md section 3', () => {
  const srm = buyerProfiles['sap-srm']

  it('takes 40 characters of description on one line without leading blanks', () => {
    const found = fit({ description: ` a\r\nb ${'c'.repeat(60)}` }, srm, 'oci')
    expect(found.line.description).toBe(`a b ${'c'.repeat(36)}`)
    expect(found.said).toEqual(['replaced description', 'cut description'])
  })

  it('puts plain characters for what ISO-8859-1 lacks', () => {
    const { line: fitted, warnings } = fit({ description: '“Łódź” – 5 € œuvre…' }, srm, 'oci')
    expect(fitted.description).toBe('"Lódz" - 5 EUR oeuvre...')
    expect(warnings).toMatchObject([
      { code: 'replaced', before: '“Łódź” – 5 € œuvre…', after: '"Lódz" - 5 EUR oeuvre...' },
    ])
    expect(fit({ description: '“Łódź” – 5 €' }, profileWith('sap-srm', { charset: 'utf-8' }), 'oci').said).toEqual([])
    expect(fit({ description: 'Maß 5 €' }, profileWith('sap-srm', { charset: 'windows-1252' }), 'oci').said).toEqual([])
  })

  it('keeps what has no plain equivalent, with its length as browsers post it', () => {
    const { line: fitted, warnings } = fit({ description: `日${'x'.repeat(40)}` }, srm, 'oci')
    expect(fitted.description).toBe(`日${'x'.repeat(32)}`)
    expect(warnings.map((w) => w.code)).toEqual(['cut', 'notice'])
    expect(warnings[1]?.message).toContain('&#26085;')
  })

  it('refuses what must not be cut, and leaves out what the line can do without', () => {
    expect(fit({ supplierPartId: 'x'.repeat(41) }, srm, 'oci').refused).toBe(true)
    expect(fit({ vendor: 'x'.repeat(11) }, srm, 'oci').refused).toBe(true)
    expect(fit({ contract: { id: 'x'.repeat(11), item: '1' } }, srm, 'oci').said).toEqual(['rejected contract.id'])
    const dropped = fit(
      {
        manufacturerPartId: 'x'.repeat(41),
        attachment: { url: `https://shop.example/${'x'.repeat(240)}`, title: 't', purpose: 'CX' },
        classifications: [{ domain: 'UNSPSC-190501', code: '31161500' }],
        customFields: { '1': 'c'.repeat(11), '4': 'd'.repeat(20) },
      },
      srm,
      'oci',
    )
    expect(dropped.said).toEqual([
      'cut manufacturerPartId',
      'cut attachment.url',
      'cut customFields.1',
      'cut classifications.0.domain',
    ])
    expect(dropped.line).toMatchObject({
      classifications: [],
      customFields: { '1': 'c'.repeat(10), '4': 'd'.repeat(20) },
    })
    expect([dropped.line.manufacturerPartId, dropped.line.attachment]).toEqual([undefined, undefined])
    expect(dropped.refused).toBe(false)
  })

  it('takes 11.3 for price and quantity, and 5 digits of price unit', () => {
    expect(fit({ quantity: '99999999999.999', priceUnit: '99999' }, srm, 'oci').said).toEqual([])
    expect(fit({ quantity: '1.0005' }, srm, 'oci').said).toEqual(['rejected quantity'])
    expect(fit({ quantity: '100000000000' }, srm, 'oci').said).toEqual(['rejected quantity'])
    expect(fit({ quantity: '0000000000001.50000' }, srm, 'oci')).toMatchObject({
      said: [],
      line: { quantity: '1.500' },
    })
    expect(fit({ priceUnit: '100000' }, srm, 'oci').said).toEqual(['rejected priceUnit'])
    const price = (amount: string) => fit({ unitPrice: { amount, currency: 'EUR' } }, srm, 'oci')
    expect(price('1.2345')).toMatchObject({
      said: ['rounded unitPrice.amount'],
      line: { unitPrice: { amount: '1.235' } },
    })
    expect(price('99999999999.9999').said).toEqual(['rejected unitPrice.amount'])
  })

  it('refuses a description of which nothing is left', () => {
    expect(fit({ description: ' \n' }, srm, 'oci')).toMatchObject({ said: ['rejected description'], refused: true })
    expect(fit({ description: '\u200B' }, srm, 'oci').refused).toBe(true)
  })

  it('says once what OCI has no place for', () => {
    const charge = { amount: '5', currency: 'EUR', description: 'Freight' }
    const cart: Cart = {
      ...cartOf({ extrinsics: { a: 'b' }, shipping: charge }, { extrinsics: { a: 'b' }, customFields: { '7': 'x' } }),
      shipping: charge,
      comments: 'c'.repeat(2000),
    }
    const { warnings, refused } = fitCart(cart, srm, 'oci')
    expect(refused).toBe(false)
    expect(warnings.map((w) => `${w.code} ${w.field}`)).toEqual([
      'notice shipping',
      'notice comments',
      'notice lines.shipping',
      'notice lines.extrinsics',
      'notice lines.customFields',
    ])
    expect(warnings[3]?.message).toContain('(2 of 2 lines)')
  })

  it('warns of receivers that stop at 1000 fields', () => {
    const lines = (n: number) => fitCart(cartOf(...Array.from({ length: n }, () => ({}))), buyerProfiles.generic, 'oci')
    expect(lines(100).warnings).toEqual([])
    expect(lines(101).warnings).toMatchObject([{ code: 'notice', field: 'lines' }])
  })
})

const grapheme = fc.constantFrom(
  'a',
  'é',
  'e\u0301',
  '€',
  '–',
  '日',
  '😀',
  '👨‍👩‍👧',
  '🇳🇱',
  ' ',
  'Ł',
  '?',
  '{',
  '½',
  '\u200B',
  'x̂',
  'ﬃ',
  'Ǆ',
  '\u2028',
)
const text = (max: number) =>
  fc.array(grapheme, { minLength: 1, maxLength: max }).map((parts) =>
    parts
      .join('')
      .slice(0, max)
      .replace(/\p{Cs}/gu, ''),
  )
/** Mostly what fits, so that most carts are not refused. */
const rarely = <T>(usual: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: seldom })
const decimal = rarely(
  fc
    .tuple(fc.integer({ min: 1, max: 99_999 }), fc.stringMatching(/^\d{0,3}$/))
    .map(([a, b]) => (b ? `${a}.${b}` : `${a}`)),
  fc.tuple(fc.bigInt(1n, 10n ** 14n), fc.stringMatching(/^\d{0,7}$/)).map(([a, b]) => (b ? `${a}.${b}` : `${a}`)),
)
const id = (max: number) => rarely(text(2), text(max * 2))
const anyLine: fc.Arbitrary<CartLine> = fc
  .record(
    {
      quantity: decimal,
      supplierPartId: id(60),
      description: text(400),
      unitOfMeasure: rarely(fc.constantFrom('EA', 'UN', 'C62', 'XPP'), fc.constantFrom('EACH', 'Stück', '日')),
      unitPrice: decimal.map((amount) => ({ amount, currency: 'EUR' })),
      supplierPartAuxiliaryId: id(60),
      buyerPartId: id(30),
      shortName: text(80),
      longText: text(300),
      priceUnit: rarely(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 1, max: 999_999_999 })).map(String),
      manufacturerName: text(60),
      manufacturerPartId: text(60),
      vendor: id(7),
      materialGroup: text(14),
      service: fc.boolean(),
      leadTimeDays: fc.nat(99_999),
      contract: fc.record({ id: id(7), item: id(4) }, { requiredKeys: ['id'] }),
      quote: fc.record({ id: id(25), item: id(7) }, { requiredKeys: ['id'] }),
      attachment: fc.record(
        {
          url: fc.constantFrom('https://s.example/a', `https://s.example/${'x'.repeat(300)}`),
          title: text(255),
          purpose: text(3),
        },
        { requiredKeys: ['url'] },
      ),
      tax: fc.record({
        amount: decimal,
        currency: fc.constant('EUR'),
        description: fc.constant('Tax'),
        ratePercent: decimal,
      }),
      classifications: fc.array(
        fc.record({
          domain: fc.oneof(fc.constant('UNSPSC'), text(14)),
          code: fc.oneof(text(60), fc.stringMatching(/^[\d.]{1,12}$/)),
        }),
        { maxLength: 3 },
      ),
      extrinsics: fc.dictionary(fc.constantFrom('A', 'B', '__proto__'), text(200)),
      customFields: fc.dictionary(fc.constantFrom('1', '2', '3', '4', '5', '6'), text(80)),
    },
    { requiredKeys: ['quantity', 'supplierPartId', 'description', 'unitOfMeasure', 'unitPrice'] },
  )
  .filter((l) => cartLineSchema.safeParse(l).success) as fc.Arbitrary<CartLine>
const anyCart = fc
  .record({ lines: fc.array(anyLine, { maxLength: 3 }), comments: text(300) }, { requiredKeys: ['lines'] })
  .map((cart): Cart => cart as Cart)
const anyProfile = fc
  .tuple(
    fc.constantFrom(...Object.keys(buyerProfiles)),
    fc.record(
      {
        charset: fc.constantFrom('iso-8859-1', 'windows-1252', 'utf-8', 'shift_jis', 'windows-1258'),
        acceptedUnits: fc.constant<string[]>(['EA', 'PCE']),
        unitMap: fc.constant<Record<string, string>>({ Stück: 'PCE' }),
        defaultClassification: fc.constant({ domain: 'UNSPSC', code: '44120000' }),
        requiredExtrinsics: fc.constant<string[]>(['A']),
        ociVersion: fc.constantFrom('4.0' as const, '5.0' as const),
        priceDecimals: fc.nat(5),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([name, overrides]) => profileWith(name, overrides))
const anyProtocol = fc.constantFrom('cxml' as const, 'oci' as const)
const lasting: CartWarning['code'][] = ['notice', 'rejected', 'missing']

describe('whatever the cart and the profile', () => {
  it('a fitted cart, fitted again, is the same and only warned of what could not be mended', () => {
    fc.assert(
      fc.property(anyCart, anyProfile, anyProtocol, (cart, profile, protocol) => {
        const once = fitCart(cart, profile, protocol)
        const twice = fitCart(once.cart, profile, protocol)
        expect(twice.cart).toEqual(once.cart)
        expect(twice.warnings.filter((w) => !lasting.includes(w.code))).toEqual([])
        expect(twice.refused).toBe(once.refused)
      }),
      { numRuns: 300 },
    )
  })

  it('a fitted cart is still a cart, and the one given stays untouched', () => {
    fc.assert(
      fc.property(anyCart, anyProfile, anyProtocol, (cart, profile, protocol) => {
        const before = structuredClone(cart)
        const { cart: fitted } = fitCart(cart, profile, protocol)
        expect(cart).toEqual(before)
        expect(cartSchema.safeParse(fitted).error).toBeUndefined()
      }),
    )
  })

  it('nothing changes without a warning for its line and field, and each says what stood there', () => {
    fc.assert(
      fc.property(anyCart, anyProfile, anyProtocol, (cart, profile, protocol) => {
        const { cart: fitted, warnings } = fitCart(cart, profile, protocol)
        cart.lines.forEach((before, i) => {
          const after = fitted.lines[i] as CartLine
          for (const key of Object.keys({ ...before, ...after }) as (keyof CartLine)[]) {
            if (JSON.stringify(before[key]) === JSON.stringify(after[key])) continue
            if (key === 'quantity' || key === 'unitPrice') continue
            const own = warnings.filter((w) => w.line === i + 1 && w.field.split('.')[0] === key)
            expect(own.some((w) => w.before !== undefined || w.after !== undefined)).toBe(true)
          }
          for (const [b, a] of [
            [before.quantity, after.quantity],
            [before.unitPrice.amount, after.unitPrice.amount],
          ] as const)
            if (!warnings.some((w) => w.line === i + 1 && w.code === 'rounded')) expect(Number(a)).toBe(Number(b))
        })
      }),
      { numRuns: 200 },
    )
  })

  it('no field is over its limit unless the cart is refused or the field warned of', () => {
    fc.assert(
      fc.property(anyCart, anyProfile, anyProtocol, (cart, profile, protocol) => {
        const { cart: fitted, warnings } = fitCart(cart, profile, protocol)
        const { fields } = profile[protocol]
        const sizeOf = protocol === 'oci' ? charactersIn(charsetFits(profile.oci.charset)) : charactersIn(() => true)
        fitted.lines.forEach((l, i) => {
          const values = {
            ...l,
            contractId: l.contract?.id,
            quoteId: l.quote?.id,
            attachmentUrl: l.attachment?.url,
          } as Record<string, unknown>
          for (const [field, rule] of Object.entries(fields)) {
            const value = values[field]
            if (typeof value !== 'string' || rule.max === undefined) continue
            const size = rule.count === 'bytes' ? utf8Bytes(value) : sizeOf(value)
            const warned = warnings.some(
              (w) =>
                w.line === i + 1 &&
                ((w.code === 'rejected' && w.field === field) ||
                  ((w.code === 'rejected' || w.code === 'notice') && w.message.includes('takes'))),
            )
            expect(size <= rule.max || warned).toBe(true)
          }
        })
      }),
    )
  })

  it('a line OCI’s own check finds wrong was refused', () => {
    let sent = 0
    fc.assert(
      fc.property(anyCart, anyProfile, (cart, profile) => {
        const { cart: fitted, refused } = fitCart(cart, profile, 'oci')
        if (refused) return
        if (fitted.lines.length > 0) sent++
        for (const l of fitted.lines) {
          const findings = checkItem(toOciItem(l, fitted.lines), profile.oci.version)
          expect(findings.filter((f) => f.code !== 'unsupported')).toEqual([])
        }
      }),
      { numRuns: 1200 },
    )
    expect(sent).toBeGreaterThan(60)
  })
})

it('fits 10,000 lines', () => {
  const cart = cartOf(...Array.from({ length: 10_000 }, (_, i) => ({ description: `Größe – ${i} €`.repeat(8) })))
  expect(fitCart(cart, buyerProfiles['sap-srm'], 'oci').warnings).toHaveLength(20_000)
})

describe('an identifier the buyer’s charset lacks (OCI, http_content_charset)', () => {
  const latin = profileWith('sap-srm', { charset: 'iso-8859-1' })

  it('refuses the line where it is our SKU: it would arrive as another product', () => {
    const { refused, warnings, cart } = fitCart(cartOf({ supplierPartId: 'CAFÉ-Ω3' }), latin, 'oci')
    expect(refused).toBe(true)
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'rejected', line: 1, field: 'supplierPartId' }))
    expect(cart.lines[0]?.supplierPartId).toBe('CAFÉ-Ω3')
    expect(fitCart(cartOf({ supplierPartId: 'CAFÉ-3' }), latin, 'oci').refused).toBe(false)
  })

  it('leaves out a manufacturer’s part number, and says so', () => {
    const { refused, warnings, cart } = fitCart(cartOf({ manufacturerPartId: 'BZ-Ω-1' }), latin, 'oci')
    expect(refused).toBe(false)
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'replaced', field: 'manufacturerPartId' }))
    expect(cart.lines[0]?.manufacturerPartId).toBeUndefined()
  })
})
