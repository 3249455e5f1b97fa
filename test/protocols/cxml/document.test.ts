// cXML Reference Guide, "cXML Envelope" and "Header"; facts/cxml.md "Receiving": what is understood, found odd, kept, refused.
import { describe, expect, test } from 'vitest'
import { CxmlError } from '../../../protocols/cxml/cxml-error.ts'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import { dtdProblems } from './dtd.ts'
import { haveShared } from './shared-data.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const credential = (id: string) => `<Credential domain="DUNS"><Identity>${id}</Identity></Credential>`
const HEADER = `<Header><From>${credential('1')}</From><To>${credential('2')}</To><Sender>${credential('1')}<UserAgent>x</UserAgent></Sender></Header>`
const DOCTYPE = '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.040/cXML.dtd">'
const ATTRIBUTES = 'payloadID="p@x" timestamp="2026-01-05T10:00:00-05:00"'
const cxml = (inside: string, attributes = ATTRIBUTES) => utf8(`${DOCTYPE}<cXML ${attributes}>${inside}</cXML>`)
const setup = (inside: string, operation = 'create') =>
  cxml(`${HEADER}<Request><PunchOutSetupRequest operation="${operation}">${inside}</PunchOutSetupRequest></Request>`)
const cart = (items: string) =>
  cxml(
    `${HEADER}<Message><PunchOutOrderMessage><BuyerCookie>c</BuyerCookie><PunchOutOrderMessageHeader operationAllowed="create"><Total><Money currency="EUR">1</Money></Total></PunchOutOrderMessageHeader>${items}</PunchOutOrderMessage></Message>`,
  )
const DETAIL =
  '<ItemDetail><UnitPrice><Money currency="EUR"> 10.50\n</Money></UnitPrice><Description xml:lang="en">d</Description><UnitOfMeasure> EA </UnitOfMeasure><Classification domain="UNSPSC">00123</Classification></ItemDetail>'

function refusal(bytes: Uint8Array): CxmlError {
  try {
    decode(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(CxmlError)
    return error as CxmlError
  }
  throw new Error('was accepted')
}

describe('a value', () => {
  test('survives as text: zeros, exponents, blanks, CDATA; only tokens are trimmed', () => {
    const document = decode(
      cart(
        `<ItemIn quantity="1e5" lineNumber="001"><ItemID><SupplierPartID> 00 1 </SupplierPartID><SupplierPartAuxiliaryID><![CDATA[<a>&amp;]]></SupplierPartAuxiliaryID></ItemID>${DETAIL}</ItemIn>`,
      ),
    )
    if (document.content?.type !== 'PunchOutOrderMessage') throw new Error('no cart')
    const [line] = document.content.items
    expect(line).toMatchObject({ quantity: '1e5', lineNumber: '001' })
    expect(line?.itemID).toEqual({ supplierPartID: ' 00 1 ', supplierPartAuxiliaryID: '<a>&amp;' })
    expect(line?.itemDetail).toMatchObject({ unitPrice: { money: { amount: '10.50' } }, unitOfMeasure: 'EA' })
    expect(line?.itemDetail.classifications[0]?.text).toBe('00123')
  })

  test('a lone line is a list too', () => {
    const document = decode(
      cart(`<ItemIn quantity="1"><ItemID><SupplierPartID>1</SupplierPartID></ItemID>${DETAIL}</ItemIn>`),
    )
    expect(document.content).toMatchObject({ items: [{ quantity: '1' }] })
  })
})

describe('children in any order', () => {
  const shuffled = `<ItemIn quantity="1">${DETAIL.replace(/(<UnitPrice>.*<\/UnitPrice>)(.*)(<Classification.*<\/Classification>)/s, '$3$2$1')}<Extrinsic name="x">1</Extrinsic><ItemID><BuyerPartID>b</BuyerPartID><SupplierPartID>1</SupplierPartID></ItemID></ItemIn>`

  test.skipIf(!haveShared('cxml-dtd'))('are read, and written in the DTD’s', () => {
    const document = decode(cart(shuffled))
    expect(document.content).toMatchObject({ items: [{ itemID: { supplierPartID: '1', buyerPartID: 'b' } }] })
    expect(dtdProblems(encode(document))).toEqual([])
  })
})

describe('what is not modelled', () => {
  test.skipIf(!haveShared('cxml-dtd'))('is kept, and written where the DTD wants it', () => {
    const bytes = cart(
      `<ItemIn quantity="1"><ItemID><SupplierPartID revisionID="7">1</SupplierPartID><IdReference identifier="4006381333931" domain="EAN-13"/></ItemID>${DETAIL.replace('<Classification', '<PriceBasisQuantity quantity="1" conversionFactor="1"><UnitOfMeasure>EA</UnitOfMeasure></PriceBasisQuantity><Classification').replace('</Classification>', '</Classification><Dimension type="weight" quantity="2"><UnitOfMeasure>KGM</UnitOfMeasure></Dimension><Extrinsic name="a">b</Extrinsic>')}<Comments>c</Comments><Period startDate="2026-01-01T00:00:00+01:00" endDate="2026-02-01T00:00:00+01:00"/></ItemIn>`,
    )
    const document = decode(bytes)
    const written = encode(document)
    expect(dtdProblems(written)).toEqual([])
    const text = new TextDecoder().decode(written)
    for (const part of ['revisionID="7"', 'EAN-13', '<Dimension type="weight"', '<Period startDate='])
      expect(text).toContain(part)
    expect(document.findings.map((f) => f.code)).toEqual([])
  })

  test('elements and attributes no DTD knows are kept too, with a finding that says where', () => {
    const document = decode(setup('<BuyerCookie>c</BuyerCookie><Vendor x="1"> y<Z/></Vendor>').slice())
    expect(document.findings).toMatchObject([
      { code: 'unknown-element', path: '/cXML/Request/PunchOutSetupRequest/Vendor' },
    ])
    expect(new TextDecoder().decode(encode(document))).toContain('<Vendor x="1"> y<Z/></Vendor>')
  })

  test('a document without codec stays whole, named, with type Other', () => {
    const document = decode(cxml(`${HEADER}<Request><FancyRequest a="1">x<B/></FancyRequest></Request>`))
    expect(document.content).toMatchObject({ type: 'Other', name: 'FancyRequest' })
    expect(new TextDecoder().decode(encode(document))).toContain('<FancyRequest a="1">x<B/></FancyRequest>')
  })

  test('a structured Extrinsic has its text as value and its nodes as content', () => {
    const document = decode(setup('<BuyerCookie>c</BuyerCookie><Extrinsic name="n">a<B>c</B></Extrinsic>'))
    expect(document.content).toMatchObject({
      extrinsics: [{ name: 'n', value: 'a', content: ['a', { name: 'B', children: ['c'] }] }],
    })
  })
})

describe('a document that is refused says why and where', () => {
  const twice = (name: string) => HEADER.replace(`<${name}>`, `<${name}>${credential('9')}</${name}><${name}>`)
  test.each<[string, Uint8Array, number, RegExp]>([
    ['two Froms', cxml(`${twice('From')}<Request><ProfileRequest/></Request>`), 400, /two From/],
    ['two Tos', cxml(`${twice('To')}<Request><ProfileRequest/></Request>`), 400, /two To/],
    [
      'two Senders',
      cxml(
        `${HEADER.replace('</Header>', `<Sender>${credential('3')}</Sender></Header>`)}<Request><ProfileRequest/></Request>`,
      ),
      400,
      /two Sender/,
    ],
    ['two Headers', cxml(`${HEADER}${HEADER}<Request><ProfileRequest/></Request>`), 400, /two Header/i],
    [
      'no Sender',
      cxml(`${HEADER.replace(/<Sender>.*<\/Sender>/, '')}<Request><ProfileRequest/></Request>`),
      400,
      /needs a Sender/,
    ],
    ['no Header', cxml('<Request><ProfileRequest/></Request>'), 400, /needs a Header/],
    ['no body', cxml(HEADER), 400, /no Request, Response or Message/],
    ['two bodies', cxml(`${HEADER}<Request><ProfileRequest/></Request><Message/>`), 400, /Request and Message/],
    ['an empty Request', cxml(`${HEADER}<Request/>`), 400, /Request is empty/],
    ['two documents', cxml(`${HEADER}<Request><ProfileRequest/><ProfileRequest/></Request>`), 400, /2 documents/],
    ['a Response without Status', cxml('<Response/>'), 400, /needs a Status/],
    ['another root', utf8('<html><body/></html>'), 400, /root element is html/],
    ['an unknown operation', setup('<BuyerCookie>c</BuyerCookie>', 'destroy'), 400, /operation "destroy" is none of/],
    ['no BuyerCookie', setup(''), 400, /needs a BuyerCookie/],
    ['two BuyerCookies', setup('<BuyerCookie>a</BuyerCookie><BuyerCookie>b</BuyerCookie>'), 400, /two BuyerCookie/],
    ['a line without ItemID', cart(`<ItemIn quantity="1">${DETAIL}</ItemIn>`), 400, /ItemIn needs a ItemID/],
    ['a web page', utf8('<!doctype html><p>Error'), 406, /this is HTML/],
    ['no XML', utf8('{"a": 1}'), 406, /no XML document/],
  ])('%s', (_, bytes, status, says) => {
    const error = refusal(bytes)
    expect(error.message).toMatch(says)
    expect(error.status).toBe(status)
    expect(error.path).not.toBe('')
  })

  test('more bytes than the limit: 499', () => {
    expect(refusal(new Uint8Array(10 * 1024 * 1024 + 1)).status).toBe(499)
    expect(() => decode(utf8('<cXML/>'), { maxBytes: 3 })).toThrow(/3 are accepted/)
  })
})

describe('findings', () => {
  const request = `${HEADER}<Request><ProfileRequest/></Request>`
  test.each([
    ['payloadID missing', cxml(request, 'timestamp="2026-01-05T10:00:00+00:00"'), ['missing-payload-id']],
    ['timestamp missing', cxml(request, 'payloadID="p"'), ['missing-timestamp']],
    [
      'timestamp without offset',
      cxml(request, 'payloadID="p" timestamp="2026-01-05 10:00:00"'),
      ['timestamp-without-offset'],
    ],
    ['timestamp in Z', cxml(request, 'payloadID="p" timestamp="2026-01-05T10:00:00Z"'), ['timestamp-utc-z']],
    ['timestamp of its own', cxml(request, 'payloadID="p" timestamp="yesterday"'), ['timestamp-not-iso']],
    ['deploymentMode unknown', cxml(request.replace('<Request', '<Request deploymentMode="uat"')), ['unknown-value']],
    ['Status code unknown', cxml('<Response><Status code="299" text="?"/></Response>'), ['unknown-status']],
    [
      'several SelectedItem',
      setup(
        `<BuyerCookie>c</BuyerCookie>${'<SelectedItem><ItemID><SupplierPartID>1</SupplierPartID></ItemID></SelectedItem>'.repeat(2)}`,
      ),
      ['repeated'],
    ],
  ])('%s', (_, bytes, codes) => {
    const document = decode(bytes)
    expect(document.findings.map((f) => f.code)).toEqual(codes)
    const { findings, ...again } = decode(encode(document))
    const { findings: __, ...first } = document
    expect(again).toEqual(first)
  })

  test('are 200 at most, however long the document is', () => {
    expect(decode(setup(`<BuyerCookie>c</BuyerCookie>${'<X/>'.repeat(5000)}`)).findings).toHaveLength(200)
  })

  test('the version is the attribute’s, else the DOCTYPE’s, else the DTD’s own', () => {
    expect(decode(cxml(request, `${ATTRIBUTES} version="1.2.011"`)).version).toBe('1.2.011')
    expect(decode(cxml(request)).version).toBe('1.2.040')
    expect(decode(utf8(`<cXML ${ATTRIBUTES}>${request}</cXML>`)).version).toBe('1.2.071')
  })
})

describe('encodings (XML 1.0 appendix F, RFC 7303)', () => {
  const body = `<cXML ${ATTRIBUTES}>${HEADER.replaceAll('<UserAgent>x', '<UserAgent>Müller €')}<Request><ProfileRequest/></Request></cXML>`
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${body}`
  const single = (text: string) => Uint8Array.from(text, (c) => (c === '€' ? 0x80 : c.charCodeAt(0)))
  const wide = (text: string, big: boolean, mark = true) => {
    const units = Uint8Array.from(
      [...(mark ? `\ufeff${text}` : text)].flatMap((c) => {
        const code = c.charCodeAt(0)
        return big ? [code >> 8, code & 255] : [code & 255, code >> 8]
      }),
    )
    return units
  }
  const bom = (bytes: Uint8Array) => Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes])

  test.each<[string, Uint8Array, string | undefined]>([
    ['UTF-8', utf8(declared('UTF-8')), undefined],
    ['UTF-8 undeclared', utf8(body), undefined],
    ['UTF-8 with byte order mark', bom(utf8(declared('UTF-8'))), undefined],
    ['byte order mark against a wrong HTTP charset', bom(utf8(declared('ISO-8859-1'))), 'ISO-8859-1'],
    ['UTF-16 LE with mark', wide(declared('UTF-16'), false), undefined],
    ['UTF-16 BE with mark', wide(declared('UTF-16'), true), undefined],
    ['UTF-16 LE without mark', wide(declared('UTF-16'), false, false), undefined],
    ['UTF-16 BE without mark, by HTTP', wide(body, true, false), 'utf-16'],
    ['ISO-8859-1 (read as windows-1252)', single(declared('ISO-8859-1')), undefined],
    ['windows-1252', single(declared('windows-1252')), undefined],
    ['windows-1252 by HTTP charset against the declaration', single(declared('UTF-8')), '"Windows-1252"'],
    ['UTF-8 by HTTP charset against the declaration', utf8(declared('ISO-8859-1')), 'utf-8'],
    ['us-ascii by HTTP: no information', utf8(declared('UTF-8')), 'us-ascii'],
    ['declared UTF-16, sent as UTF-8', utf8(declared('UTF-16')), undefined],
  ])('%s', (_, bytes, charset) => {
    const document = decode(bytes, charset ? { charset } : {})
    expect(document.kind === 'Request' && document.header.sender.userAgent).toBe('Müller €')
  })

  test.each<[string, Uint8Array, string | undefined]>([
    ['bytes that are no UTF-8', single(declared('UTF-8')), undefined],
    ['UTF-16 with half a character', wide(declared('UTF-16'), false).slice(0, -1), undefined],
    ['an encoding nobody uses', utf8(declared('EBCDIC-US')), undefined],
    ['an HTTP charset nobody uses', utf8(body), 'x-fancy'],
  ])('%s: 406', (_, bytes, charset) => {
    expect(() => decode(bytes, charset ? { charset } : {})).toThrow(
      expect.objectContaining({ status: 406, code: 'encoding' }) as unknown as Error,
    )
  })
})
