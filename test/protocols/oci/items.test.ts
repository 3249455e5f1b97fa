import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeForm, encodeForm, type Field } from '../../../protocols/oci/form-fields.ts'
import { checkItem, type OciItem, type OciVersion, parseItems, renderItems } from '../../../protocols/oci/items.ts'
import { OciError } from '../../../protocols/oci/oci-error.ts'

const complete: OciItem = {
  description: 'Hex bolt M8x40',
  quantity: '12.5',
  unit: 'PCE',
  price: '16.180',
  currency: 'EUR',
  priceUnit: '100',
  vendorMat: '00815',
}
const everything: Required<OciItem> = {
  description: 'Copier lease',
  matnr: '000000000100000123',
  quantity: '1',
  unit: 'C62',
  price: '99999999999.999',
  currency: 'EUR',
  priceUnit: '1',
  leadTime: '14',
  longText: 'First line\nsecond line',
  vendor: '0000100077',
  vendorMat: 'LEASE-01',
  manufactCode: '0000200001',
  manufactMat: 'MFP-9',
  matGroup: '007',
  service: 'X',
  contract: '4600000012',
  contractItem: '00010',
  extQuoteId: 'Q-2024-11',
  extQuoteItem: '10',
  extProductId: 'LEASE-01',
  attachment: 'https://shop.example/a.pdf',
  attachmentTitle: 'Terms',
  attachmentPurpose: 'C',
  extSchemaType: 'UNSPSC',
  extCategoryId: '44101501',
  extCategory: 'Photocopiers',
  sldSysName: 'SHOP',
  custField1: 'a',
  custField2: 'b',
  custField3: 'c',
  custField4: 'd',
  custField5: 'e',
  itemType: 'R',
  parentId: '1',
  tax: '21.0',
  extra: { GTIN: '04012345678901' },
}

describe('NEW_ITEM-* fields, OCI 4.0/5.0 inbound section', () => {
  it('numbers the items from 1 and leaves empty fields out; PRICEUNIT is always sent', () => {
    expect(
      renderItems(
        [
          { ...complete, priceUnit: '', leadTime: '' },
          { matnr: 'M1', quantity: '2' },
        ],
        '4.0',
      ),
    ).toEqual([
      ['NEW_ITEM-DESCRIPTION[1]', 'Hex bolt M8x40'],
      ['NEW_ITEM-QUANTITY[1]', '12.5'],
      ['NEW_ITEM-UNIT[1]', 'PCE'],
      ['NEW_ITEM-PRICE[1]', '16.180'],
      ['NEW_ITEM-CURRENCY[1]', 'EUR'],
      ['NEW_ITEM-PRICEUNIT[1]', '1'],
      ['NEW_ITEM-VENDORMAT[1]', '00815'],
      ['NEW_ITEM-MATNR[2]', 'M1'],
      ['NEW_ITEM-QUANTITY[2]', '2'],
      ['NEW_ITEM-PRICEUNIT[2]', '1'],
    ])
  })

  it('puts the index of LONGTEXT into its name', () => {
    const fields = renderItems([complete, { ...complete, longText: 'Zinc\r\nplated' }], '4.0')
    expect(fields).toContainEqual(['NEW_ITEM-LONGTEXT_2:132[]', 'Zinc\nplated'])
  })

  it.each([
    ['10', '10.000'],
    ['10.5', '10.500'],
    ['10.', '10.000'],
    ['0.0001', '0.0001'],
    ['free', 'free'],
  ])('writes the price %s as %s', (price, sent) => {
    expect(renderItems([{ ...complete, price }], '4.0')).toContainEqual(['NEW_ITEM-PRICE[1]', sent])
  })

  it('sends what a version has: categories since 4.0, ITEM_TYPE, PARENT_ID and TAX since 5.0', () => {
    const names = (version: OciVersion) => renderItems([everything], version).map(([name]) => name)
    const since4 = ['EXT_SCHEMA_TYPE', 'EXT_CATEGORY_ID', 'EXT_CATEGORY', 'SLD_SYS_NAME'].map((n) => `NEW_ITEM-${n}[1]`)
    const since5 = ['ITEM_TYPE', 'PARENT_ID', 'TAX'].map((n) => `NEW_ITEM-${n}[1]`)
    expect(names('5.0')).toEqual(expect.arrayContaining([...since4, ...since5]))
    expect(names('4.0').filter((n) => since5.includes(n))).toEqual([])
    expect(names('5.0').filter((n) => !names('4.0').includes(n))).toEqual(since5)
    expect(names('4.0').filter((n) => !names('3.0').includes(n))).toEqual(since4)
  })

  it('sends no leading blanks', () => {
    expect(renderItems([{ ...complete, description: '  x ' }], '4.0')[0]).toEqual(['NEW_ITEM-DESCRIPTION[1]', 'x '])
  })

  it('sends fields that are not SAP’s under their own name, never over one of SAP’s', () => {
    expect(renderItems([{ ...complete, extra: { GTIN: '0401' } }], '4.0')).toContainEqual(['NEW_ITEM-GTIN[1]', '0401'])
    for (const name of ['PRICE', 'a b', '', 'X[2]', '__proto__'])
      expect(() => renderItems([{ extra: Object.fromEntries([[name, 'x']]) }], '4.0')).toThrow(OciError)
  })

  it('reads back exactly what it wrote, every field, through a form in UTF-8', () => {
    const items = [everything, { ...everything, longText: 'Ω 日本', extra: { LANGUAGE: 'NL' } }]
    expect(parseItems(decodeForm(encodeForm(renderItems(items, '5.0'))))).toEqual(items)
  })

  it('reads back any items', () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((s) => !/^[ \t]/.test(s) && !/[\p{Cc}\p{Cs}]/u.test(s))
    const texts = Object.keys(everything).filter(
      (k) => !['extra', 'longText', 'quantity', 'price', 'priceUnit', 'leadTime', 'parentId'].includes(k),
    )
    const item = fc.record(
      {
        ...Object.fromEntries(texts.map((key) => [key, line])),
        quantity: fc.integer({ min: 1 }).map(String),
        price: fc.tuple(fc.nat(), fc.integer({ min: 100, max: 999 })).map(([a, b]) => `${a}.${b}`),
        priceUnit: fc.integer({ min: 1, max: 99_999 }).map(String),
        longText: line,
        extra: fc.dictionary(fc.constantFrom('GTIN', 'LANGUAGE', 'SOLD_BY', 'TEST1', 'CONSTRUCTOR'), line, {
          minKeys: 1,
        }),
      },
      { requiredKeys: ['priceUnit'] },
    )
    fc.assert(
      fc.property(fc.array(item, { maxLength: 5 }), (items) => {
        expect(parseItems(renderItems(items as OciItem[], '5.0'))).toEqual(items)
      }),
    )
  })
})

describe('what others post as NEW_ITEM-*', () => {
  it('is read with padded numbers, gaps, other case, unknown fields', () => {
    const file = readFileSync(new URL('../../../fixtures/oci/generic/basket-padded-numbers.txt', import.meta.url))
    expect(parseItems(decodeForm(file))).toEqual([
      {
        description: 'Bolt M8',
        quantity: '100.000',
        unit: 'PCE',
        price: '16.180',
        currency: 'EUR',
        priceUnit: '100',
        vendorMat: '00815',
        longText: 'Galvanised',
        extra: { GTIN: '04012345678901' },
      },
      { description: 'Nut', quantity: '1' },
    ])
  })

  it('is read without an index, and with LONGTEXT the wrong way round', () => {
    expect(
      parseItems([
        ['NEW_ITEM-DESCRIPTION', 'x'],
        ['NEW_ITEM-LONGTEXT[1]', 'y'],
      ]),
    ).toEqual([{ description: 'x', longText: 'y' }])
  })

  it('joins a long text split into pieces of 132', () => {
    const pieces: Field[] = ['a'.repeat(132), 'b', 'c'].map((v) => ['NEW_ITEM-LONGTEXT_1:132[]', v])
    expect(parseItems(pieces)).toEqual([{ longText: `${'a'.repeat(132)}b\nc` }])
  })

  it('never throws and never makes more items than there are fields', () => {
    const name = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('PRICE', 'LONGTEXT_1:132', '__PROTO__', ''), fc.integer())
        .map(([n, i]) => `NEW_ITEM-${n}[${i}]`),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (fields) => {
        expect(parseItems(fields).length).toBeLessThanOrEqual(fields.length)
      }),
    )
  })
})

describe('lengths of OCI 3.0, 4.0 and 5.0', () => {
  const lengths: [keyof OciItem, string, [number, number, number], (n: number) => string][] = (
    [
      ['description', 'DESCRIPTION', 40],
      ['matnr', 'MATNR', [18, 40, 40]],
      ['unit', 'UNIT', 3],
      ['priceUnit', 'PRICEUNIT', [9, 5, 5], '1'],
      ['leadTime', 'LEADTIME', 5, '1'],
      ['vendor', 'VENDOR', 10],
      ['vendorMat', 'VENDORMAT', 40],
      ['manufactCode', 'MANUFACTCODE', 10],
      ['manufactMat', 'MANUFACTMAT', 40],
      ['matGroup', 'MATGROUP', 10],
      ['contract', 'CONTRACT', 10],
      ['contractItem', 'CONTRACT_ITEM', 5],
      ['extQuoteId', 'EXT_QUOTE_ID', 35],
      ['extQuoteItem', 'EXT_QUOTE_ITEM', 10],
      ['extProductId', 'EXT_PRODUCT_ID', 40],
      ['attachment', 'ATTACHMENT', 255],
      ['attachmentTitle', 'ATTACHMENT_TITLE', 255],
      ['attachmentPurpose', 'ATTACHMENT_PURPOSE', 1],
      ['extSchemaType', 'EXT_SCHEMA_TYPE', [0, 10, 10]],
      ['extCategoryId', 'EXT_CATEGORY_ID', [0, 60, 60]],
      ['extCategory', 'EXT_CATEGORY', [0, 40, 40]],
      ['sldSysName', 'SLD_SYS_NAME', [0, 60, 60]],
      ['custField1', 'CUST_FIELD1', 10],
      ['custField2', 'CUST_FIELD2', 10],
      ['custField3', 'CUST_FIELD3', 10],
      ['custField4', 'CUST_FIELD4', 20],
      ['custField5', 'CUST_FIELD5', 50],
      ['parentId', 'PARENT_ID', [0, 0, 5], '1'],
      ['tax', 'TAX', [0, 0, 5]],
    ] as [keyof OciItem, string, number | [number, number, number], string?][]
  ).map(([key, name, max, letter]) => [
    key,
    name,
    typeof max === 'number' ? [max, max, max] : max,
    (n) => (letter ?? 'x').repeat(n),
  ])

  it.each(lengths)('%s takes its limit and not one character more', (key, name, max, text) => {
    ;(['3.0', '4.0', '5.0'] as const).forEach((version, i) => {
      const limit = max[i] as number
      const found = (n: number) =>
        checkItem({ ...everything, [key]: text(n) }, version).filter((f) => f.field === `NEW_ITEM-${name}`)
      if (limit === 0) {
        expect(found(1)).toEqual([expect.objectContaining({ code: 'unsupported' })])
      } else {
        expect(found(limit)).toEqual([])
        expect(found(limit + 1)).toEqual([expect.objectContaining({ code: 'length', limit })])
      }
    })
  })

  it('LONGTEXT has no limit', () => {
    expect(checkItem({ ...complete, longText: 'x'.repeat(100_000) }, '4.0')).toEqual([])
  })
})

describe('conditions of OCI', () => {
  const codes = (item: OciItem, version: OciVersion = '5.0') =>
    checkItem(item, version).map((f) => [f.field.slice(9), f.code])

  it('finds nothing wrong with a right item', () => {
    expect(codes(complete)).toEqual([])
    expect(codes({ matnr: '4711', quantity: '1' })).toEqual([])
    expect(codes(everything)).toEqual([])
  })

  it.each([
    ['QUANTITY', { quantity: '99999999999.999' }, null],
    ['QUANTITY', { quantity: '999999999999' }, 'value'],
    ['QUANTITY', { quantity: '1.2345' }, 'value'],
    ['QUANTITY', { quantity: '0.000' }, 'value'],
    ['QUANTITY', { quantity: '1,000' }, 'value'],
    ['QUANTITY', { quantity: '-1' }, 'value'],
    ['QUANTITY', { quantity: '' }, 'missing'],
    ['PRICE', { price: '0' }, null],
    ['PRICE', { price: '99999999999.999' }, null],
    ['PRICE', { price: '0.0001' }, 'value'],
    ['PRICE', { price: '1.000,00' }, 'value'],
    ['CURRENCY', { currency: '' }, 'condition'],
    ['CURRENCY', { currency: 'EURO' }, 'value'],
    ['CURRENCY', { currency: '€' }, 'value'],
    ['CURRENCY', { price: '', currency: '' }, null],
    ['PRICEUNIT', { priceUnit: '' }, null],
    ['PRICEUNIT', { priceUnit: '0' }, 'value'],
    ['PRICEUNIT', { priceUnit: '1.5' }, 'value'],
    ['LEADTIME', { leadTime: '0' }, null],
    ['LEADTIME', { leadTime: '2d' }, 'value'],
    ['DESCRIPTION', { description: '' }, 'missing'],
    ['DESCRIPTION', { description: ' ' }, 'missing'],
    ['DESCRIPTION', { description: '', matnr: '1' }, null],
    ['DESCRIPTION', { description: ' x' }, 'value'],
    ['DESCRIPTION', { description: 'a\nb' }, 'value'],
    ['LONGTEXT', { longText: 'a\nb' }, null],
    ['LONGTEXT', { longText: 'a\u0007b' }, 'value'],
    ['UNIT', { unit: '' }, 'missing'],
    ['UNIT', { unit: '', matnr: '1' }, null],
    ['SERVICE', { service: 'X' }, null],
    ['SERVICE', { service: 'Y' }, 'value'],
    ['CONTRACT', { contractItem: '10' }, 'condition'],
    ['CONTRACT', { contractItem: '10', contract: '46' }, null],
    ['EXT_QUOTE_ID', { extQuoteItem: '10' }, 'condition'],
    ['EXT_SCHEMA_TYPE', { extCategoryId: '44101501' }, 'condition'],
    ['EXT_SCHEMA_TYPE', { extCategory: 'Copiers' }, 'condition'],
    ['EXT_SCHEMA_TYPE', { extCategory: 'Copiers', extSchemaType: 'UNSPSC' }, null],
    ['ITEM_TYPE', { itemType: 'O' }, null],
    ['ITEM_TYPE', { itemType: 'Z' }, 'value'],
    ['PARENT_ID', { parentId: '0' }, 'value'],
    ['a', { extra: { a: 'x' } }, 'value'],
    ['PRICE', { extra: { PRICE: '1' } }, 'value'],
  ] as [string, OciItem, string | null][])('%s with %o: %s', (name, change, code) => {
    expect(codes({ ...complete, ...change })).toEqual(code === null ? [] : [[name, code]])
  })

  it('a price of 12 digits is both too long, with its three decimals, and too large', () => {
    expect(codes({ ...complete, price: '999999999999' })).toEqual([
      ['PRICE', 'length'],
      ['PRICE', 'value'],
    ])
  })

  it('SERVICE in hybris’ spelling is both too long and no value of SAP’s', () => {
    expect(codes({ ...complete, service: 'Service' })).toEqual([
      ['SERVICE', 'length'],
      ['SERVICE', 'value'],
    ])
  })
})
