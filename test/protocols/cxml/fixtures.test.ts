// The documents of fixtures/cxml: how each buyer platform writes and wants them, as facts/cxml.md describes them.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import { dtdProblems } from './dtd.ts'
import { haveShared } from './shared-data.ts'

const ROOT = join(import.meta.dirname, '../../../fixtures/cxml')
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.xml'))
const read = (file: string) => decode(readFileSync(join(ROOT, file)))

describe('fixtures', () => {
  test.each(files)('%s is what its name says, reads back as it was and is written DTD-valid', (file) => {
    const { findings, ...document } = read(file)
    expect(basename(file).replaceAll('-', '')).toMatch(new RegExp(`^${document.content?.type}`, 'i'))
    const bytes = encode(document)
    const { findings: _, ...again } = decode(bytes)
    expect(again).toEqual(document)
    if (haveShared('cxml-dtd')) expect(dtdProblems(bytes)).toEqual([])
  })

  test.each([
    ['ariba/punchout-setup-request-create.xml', ['domain-spelling']],
    ['coupa/punchout-setup-request-create.xml', []],
    ['jaggaer/punchout-setup-request-create.xml', []],
    ['oracle/punchout-setup-request-create.xml', ['no-doctype', 'timestamp-without-offset', 'domain-spelling']],
    ['sap-srm/punchout-setup-request-create.xml', ['timestamp-utc-z']],
  ])('%s has the oddities %s', (file, codes) => {
    expect(read(file).findings.map((f) => f.code)).toEqual(codes)
  })

  test('Ariba: From is the buyer, with a test id; Sender is the network', () => {
    expect(read('ariba/punchout-setup-request-edit.xml')).toMatchObject({
      header: {
        from: { credentials: [{ domain: 'NetworkID', identity: 'AN01000000001-T' }, { domain: 'sap' }] },
        sender: { credentials: [{ domain: 'AribaNetworkUserId', sharedSecret: 'fixture-secret' }] },
      },
      content: {
        operation: 'edit',
        items: [{ quantity: '3', itemID: { supplierPartID: '00417', supplierPartAuxiliaryID: 's-7f3a/1' } }],
      },
    })
  })

  test('JAGGAER: CDATA and references in Extrinsics, leading zeros in the user', () => {
    expect(read('jaggaer/punchout-setup-request-create.xml').content).toMatchObject({
      buyerCookie: '{B7A0-4417-00E9}',
      extrinsics: [{ value: '00123456' }, { value: "Renée O'Brien & team" }, { value: 'R&D <Chemistry>' }],
    })
  })

  test('SAP SRM: ISO-8859-1, children in an order of its own', () => {
    expect(read('sap-srm/punchout-setup-request-create.xml').content).toMatchObject({
      buyerCookie: '005056A4417F1ED',
      contacts: [{ name: { text: 'Jörg Müller' } }],
      extrinsics: [{ name: 'UniqueName' }, { name: 'Kostenstelle', value: '0000004100' }],
    })
  })
})
