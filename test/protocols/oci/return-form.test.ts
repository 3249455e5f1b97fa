import { describe, expect, it } from 'vitest'
import type { OciItem } from '../../../protocols/oci/items.ts'
import { OciError } from '../../../protocols/oci/oci-error.ts'
import { type OciReturn, renderCancel, renderReturn } from '../../../protocols/oci/return-form.ts'
import { renderXmlDocument, xmlLacks } from '../../../protocols/oci/xml-document.ts'

const item: OciItem = { description: 'Bolt', quantity: '1', unit: 'PCE', price: '2', currency: 'EUR' }
const base: OciReturn = {
  hookUrl: 'https://buyer.example/return',
  items: [item],
  login: {},
  version: '4.0',
  queryMode: 'keep',
  method: 'POST',
  variant: 'html',
}
const echo = (target = '_top') => [
  ['~OkCode', 'ADDI'],
  ['~CALLER', 'CTLG'],
  ['~TARGET', target],
]

describe('OCI return form', () => {
  it('posts the echo fields and the items to HOOK_URL', () => {
    expect(renderReturn(base)).toEqual({
      action: 'https://buyer.example/return',
      method: 'POST',
      target: '_top',
      acceptCharset: 'iso-8859-1',
      fields: [
        ...echo(),
        ['NEW_ITEM-DESCRIPTION[1]', 'Bolt'],
        ['NEW_ITEM-QUANTITY[1]', '1'],
        ['NEW_ITEM-UNIT[1]', 'PCE'],
        ['NEW_ITEM-PRICE[1]', '2.000'],
        ['NEW_ITEM-CURRENCY[1]', 'EUR'],
        ['NEW_ITEM-PRICEUNIT[1]', '1'],
      ],
    })
  })

  it('goes to returntarget, else ~TARGET, else _top', () => {
    const target = (login: OciReturn['login']) => renderReturn({ ...base, login }).target
    expect(target({ returnTarget: 'a', target: 'b' })).toBe('a')
    expect(target({ target: 'b' })).toBe('b')
    expect(target({ returnTarget: '', target: '' })).toBe('_top')
    expect(renderReturn({ ...base, login: { target: 'b' } }).fields.slice(0, 3)).toEqual(echo('b'))
  })

  it('without items holds the echo fields alone', () => {
    expect(renderReturn({ ...base, items: [] }).fields).toEqual(echo())
    expect(renderReturn({ ...base, items: [], variant: 'xml' }).fields).toEqual(echo())
  })

  const hookUrl = 'https://b.example/r;x=1?sap-client=100&~s=a%2Bb+c&empty&%FC=%FC#frag'
  const query = [
    ['sap-client', '100'],
    ['~s', 'a+b c'],
    ['empty', ''],
    ['ü', 'ü'],
  ]

  it('splits HOOK_URL’s parameters into fields', () => {
    const form = renderReturn({ ...base, hookUrl, items: [], queryMode: 'split' })
    expect(form.action).toBe('https://b.example/r;x=1')
    expect(form.fields).toEqual([...query, ...echo()])
  })

  it('or keeps them in the action, letter by letter', () => {
    const form = renderReturn({ ...base, hookUrl, items: [], queryMode: 'keep' })
    expect(form.action).toBe(hookUrl)
    expect(form.fields).toEqual(echo())
  })

  it('always splits for GET, since browsers drop the query of the action', () => {
    const form = renderReturn({ ...base, hookUrl, items: [], queryMode: 'keep', method: 'GET' })
    expect(form).toMatchObject({ action: 'https://b.example/r;x=1', method: 'GET', fields: [...query, ...echo()] })
  })

  it.each(['split', 'keep'] as const)('never sends a parameter twice (%s)', (queryMode) => {
    const own = 'https://b.example/r?~okcode=ADDI&~TARGET=frame2'
    const form = renderReturn({ ...base, hookUrl: own, items: [], queryMode })
    const sent = [...new URL(form.action).searchParams.keys(), ...form.fields.map(([name]) => name)]
    expect(sent.map((name) => name.toLowerCase()).sort()).toEqual(['~caller', '~okcode', '~target'])
  })

  it.each(['split', 'keep'] as const)('posts to SAPEVENT as it is (%s)', (queryMode) => {
    const form = renderReturn({ ...base, hookUrl: 'SAPEVENT:POST?x=1', queryMode, method: 'GET', items: [] })
    expect(form).toMatchObject({ action: 'SAPEVENT:POST?x=1', method: 'POST', fields: echo() })
  })

  it('is in the charset the call-up asked for', () => {
    expect(renderReturn({ ...base, charset: 'UTF-8' }).acceptCharset).toBe('utf-8')
    expect(() => renderReturn({ ...base, charset: '1100' })).toThrow(OciError)
  })

  it('leaves through OCICANCEL by GET, its parameters as fields', () => {
    expect(renderCancel('https://b.example/c?a=1&b=2', { returnTarget: 't' }, 'utf-8')).toEqual({
      action: 'https://b.example/c',
      method: 'GET',
      target: 't',
      acceptCharset: 'utf-8',
      fields: [
        ['a', '1'],
        ['b', '2'],
      ],
    })
  })
})

describe('OCI XML variant', () => {
  const full: OciItem = {
    description: 'A < B & "C"',
    matnr: 'M1',
    extProductId: 'K1',
    matGroup: 'G1',
    quantity: '2',
    unit: 'C"3',
    price: '10.500',
    currency: 'EUR',
    longText: 'a\nb',
    vendorMat: 'V1',
    contract: '46',
    contractItem: '10',
  }

  it('sends ~xmlDocument in base64 beside the type’s field, whose name is the buyer’s', () => {
    const form = renderReturn({ ...base, items: [full], variant: 'xml', xmlTypeName: 'xmltype' })
    expect(form.fields.slice(0, 4)).toEqual([...echo(), ['xmltype', 'ESAPO']])
    expect(form.fields[4]?.[0]).toBe('~xmlDocument')
    expect(form.fields).toHaveLength(5)
    expect(Buffer.from(form.fields[4]?.[1] ?? '', 'base64').toString('utf8')).toBe(renderXmlDocument([full]))
    expect(renderReturn({ ...base, variant: 'xml' }).fields[3]).toEqual(['~xml_type', 'ESAPO'])
  })

  it('writes BusinessDocument/Catalog/Product, escaped, without empty elements', () => {
    expect(renderXmlDocument([full, { service: 'X', quantity: '1' }])).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<BusinessDocument><Catalog><Product ProductType="Product"><ProductID>M1</ProductID>' +
        '<CatalogKey>K1</CatalogKey><ParentCategoryID>G1</ParentCategoryID><Description>A &lt; B &amp; &quot;C&quot;</Description>' +
        '<ShoppingBasketItem><Quantity UoM="C&quot;3">2</Quantity><NetPrice><Price Currency="EUR">10.500</Price><PriceUnit>1</PriceUnit>' +
        '</NetPrice><ItemText>a&#10;b</ItemText></ShoppingBasketItem><VendorDescription><PartnerProductID>V1</PartnerProductID>' +
        '<BuyerContract><ContractID>46</ContractID><ContractItemID>10</ContractItemID></BuyerContract></VendorDescription></Product>' +
        '<Product ProductType="Service"><ShoppingBasketItem><Quantity>1</Quantity><NetPrice><PriceUnit>1</PriceUnit></NetPrice>' +
        '</ShoppingBasketItem></Product></Catalog></BusinessDocument>\n',
    )
  })

  it('refuses what XML can’t hold and names what this variant has no place for', () => {
    for (const bad of ['\u0000', '\uD800', '\uFFFE', '\u001F'])
      expect(() => renderXmlDocument([{ description: bad }])).toThrow(OciError)
    expect(xmlLacks({ ...full, custField1: 'x', extra: { GTIN: '1' }, tax: '' })).toEqual(['custField1', 'extra'])
  })
})
