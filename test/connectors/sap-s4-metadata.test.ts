// What the connector asks and sends, held against SAP's published metadata (../shared/data/edmx, each service in every version there):
// that fields, sets and navigations exist, and that SAP lets them be filtered, sorted, addressed, created and changed. The served
// services know the fields, but not these rights.
import nock from 'nock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErpOrderDraft } from '../../connectors/connector.ts'
import { sapS4 } from '../../connectors/sap-s4/sap-s4.ts'
import { haveShared, listShared, readShared } from '../protocols/cxml/shared-data.ts'
import { pagesOf } from './following.ts'

interface Property {
  filterable: boolean
  sortable: boolean
  creatable: boolean
  updatable: boolean
  maxLength: number
}
interface Entity {
  properties: Map<string, Property>
  /** Navigation -> entity set. */
  navigations: Map<string, string>
  addressable: boolean
  creatable: boolean
  updatable: boolean
}
type Metadata = Map<string, Entity>

const attribute = (element: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1]
const can = (element: string, what: string) => attribute(element, `sap:${what}`) !== 'false'
const elements = (xml: string, name: string) => xml.match(new RegExp(`<${name} [^>]*>`, 'g')) ?? []
const lastPart = (name: string | undefined) => name?.split('.').at(-1) ?? ''

function readMetadata(edmx: string): Metadata {
  const sets = elements(edmx, 'EntitySet')
  const setOf = (type: string) =>
    attribute(sets.find((set) => lastPart(attribute(set, 'EntityType')) === type) ?? '', 'Name') ?? ''
  const targets = new Map<string, string>()
  for (const [, name, body = ''] of edmx.matchAll(/<Association Name="(\w+)"[^>]*>(.*?)<\/Association>/gs))
    for (const end of elements(body, 'End'))
      targets.set(`${name}/${attribute(end, 'Role')}`, setOf(lastPart(attribute(end, 'Type'))))
  return new Map(
    [...edmx.matchAll(/<EntityType Name="(\w+)"[^>]*>(.*?)<\/EntityType>/gs)].map(([, type = '', body = '']) => {
      const set = sets.find((each) => attribute(each, 'Name') === setOf(type)) ?? ''
      const properties = elements(body, 'Property').map((property): [string, Property] => [
        attribute(property, 'Name') ?? '',
        {
          filterable: can(property, 'filterable'),
          sortable: can(property, 'sortable'),
          creatable: can(property, 'creatable'),
          updatable: can(property, 'updatable'),
          maxLength: Number(attribute(property, 'MaxLength') ?? Number.POSITIVE_INFINITY),
        },
      ])
      const navigations = elements(body, 'NavigationProperty').map((navigation): [string, string] => [
        attribute(navigation, 'Name') ?? '',
        targets.get(`${lastPart(attribute(navigation, 'Relationship'))}/${attribute(navigation, 'ToRole')}`) ?? '',
      ])
      const rights = {
        addressable: can(set, 'addressable'),
        creatable: can(set, 'creatable'),
        updatable: can(set, 'updatable'),
      }
      return [setOf(type), { properties: new Map(properties), navigations: new Map(navigations), ...rights }]
    }),
  )
}

/** What is wrong with a request, in words; empty = nothing. */
function problemsOfRead(metadata: Metadata, set: string, query: URLSearchParams): string[] {
  const entity = metadata.get(set)
  if (!entity) return [`there is no ${set}`]
  const problems = entity.addressable ? [] : [`${set} can't be addressed`]
  const paths = [...(query.get('$select')?.split(',') ?? []), ...(query.get('$expand')?.split(',') ?? [])]
  for (const path of paths) if (!resolves(metadata, set, path.split('/'))) problems.push(`${set} has no ${path}`)
  for (const [, field = ''] of (query.get('$filter') ?? '').matchAll(/\b([A-Z]\w+) (?:eq|ne|gt|ge|lt|le) /g))
    if (!entity.properties.get(field)?.filterable) problems.push(`${set}/${field} can't be filtered`)
  for (const field of query.get('$orderby')?.split(',') ?? [])
    if (!entity.properties.get(field)?.sortable) problems.push(`${set}/${field} can't be sorted`)
  return problems
}

function resolves(metadata: Metadata, set: string, [first = '', ...rest]: string[]): boolean {
  const entity = metadata.get(set)
  const target = entity?.navigations.get(first)
  if (target) return rest.length === 0 || resolves(metadata, target, rest)
  return rest.length === 0 && entity?.properties.has(first) === true
}

function problemsOfWrite(metadata: Metadata, set: string, body: object, right: 'creatable' | 'updatable'): string[] {
  const entity = metadata.get(set)
  if (!entity) return [`there is no ${set}`]
  const problems = entity[right] ? [] : [`${set} is not ${right}`]
  for (const [field, value] of Object.entries(body)) {
    const target = entity.navigations.get(field)
    const property = entity.properties.get(field)
    if (target) problems.push(...(value as object[]).flatMap((row) => problemsOfWrite(metadata, target, row, right)))
    else if (!property) problems.push(`${set} has no ${field}`)
    else if (!property[right]) problems.push(`${set}/${field} is not ${right}`)
    else if (String(value).length > property.maxLength && !/^\/Date/.test(String(value)))
      problems.push(`${set}/${field} is too long`)
  }
  return problems
}

const HOST = 'https://s4.example'
const ROOT = '/sap/opu/odata/sap'
const address = {
  ...{ addressId: null, name: 'N'.repeat(80), street: ['S'.repeat(60), 'T'.repeat(40)], city: 'Utrecht', state: 'UT' },
  ...{ postalCode: '3511 AB', countryCode: 'NL', email: 'a@buyer.example', phone: '030-1' },
}
const line = {
  ...{
    lineNumber: 1,
    itemNumber: 'I'.repeat(40),
    description: 'x',
    quantity: '2',
    unitOfMeasure: 'EA',
    unitPrice: '1.5',
  },
  ...{ priceUnit: '100', requestedDeliveryDate: '2026-04-02', comments: 'blue' },
}
const draft: ErpOrderDraft = {
  ...{ customerNumber: '10100001', purchaseOrderNumber: 'P'.repeat(35), channel: 'punchout', orderDate: '2026-03-01' },
  ...{
    currency: 'EUR',
    requestedDeliveryDate: '2026-04-01',
    shipTo: address,
    comments: 'Ring',
    shippingAmount: '5.00',
  },
  contact: { name: 'Anna', email: 'anna@buyer.example' },
  lines: [line, { ...line, lineNumber: 2, unitPrice: '3' }],
}

describe.runIf(haveShared('edmx'))("SAP's published metadata", () => {
  const reads: { api: string; set: string; query: URLSearchParams }[] = []
  const creates: { set: string; body: object }[] = []
  const changes: { set: string; body: object }[] = []
  const versions = (api: string) =>
    listShared('edmx', '.edmx').filter((name) => new RegExp(`/(OP_)?${api}(_0002)?__`).test(`/${name}`))

  beforeAll(async () => {
    nock.disableNetConnect()
    const order = {
      ...{ __metadata: { etag: 'W/"1"' }, SalesOrder: '1', OverallSDDocumentRejectionSts: 'A' },
      to_Item: {
        results: [
          {
            ...{
              SalesOrderItem: '10',
              UnderlyingPurchaseOrderItem: '1',
              Material: line.itemNumber,
              RequestedQuantity: '1',
            },
            to_PricingElement: {
              results: [
                {
                  PricingProcedureStep: '1',
                  PricingProcedureCounter: '1',
                  ConditionType: 'PPR0',
                  ConditionRateValue: '1',
                },
              ],
            },
            to_ScheduleLine: { results: [{ ScheduleLine: '1', ScheduleLineOrderQuantity: '1' }] },
          },
          { SalesOrderItem: '20', Material: 'GONE' },
        ],
      },
      to_Partner: { results: [{ PartnerFunction: 'SH', Customer: '1', to_Address: { results: [{ CityName: 'X' }] } }] },
      to_Text: { results: [{ LongTextID: 'TX01', Language: 'EN', LongText: 'old' }] },
    }
    nock(HOST)
      .persist()
      .get(() => true)
      .reply((path) => {
        const url = new URL(path, HOST)
        const [api = '', set = ''] = decodeURIComponent(url.pathname)
          .slice(ROOT.length + 1)
          .split('/')
        if (set !== '')
          reads.push({ api: api.split(';')[0] ?? '', set: set.split('(')[0] ?? '', query: url.searchParams })
        const one = set.includes('(')
        return [200, { d: one ? order : { results: [] } }, { 'x-csrf-token': 'T' }]
      })
    nock(HOST)
      .persist()
      .post(() => true)
      .reply((path, sent) => {
        if (!path.includes('$batch')) {
          creates.push({ set: 'A_SalesOrder', body: sent as object })
          return [201, { d: { SalesOrder: '1' } }]
        }
        const api = path.slice(ROOT.length + 1).split('/')[0] ?? ''
        const parts = [...String(sent).matchAll(/^(GET|MERGE|POST) (\S+) HTTP.*\r\n(?:.+\r\n)*\r\n(\{.*\})?/gm)]
        for (const [, method, target = '', json = '{}'] of parts) {
          const [resource = '', query] = target.split('?')
          const [set = '', navigation] = resource.replace(/\(.*?\)/, '').split('/')
          const body = JSON.parse(json) as object
          if (method === 'GET') reads.push({ api, set, query: new URLSearchParams(query) })
          else if (method === 'MERGE') changes.push({ set, body })
          else creates.push({ set: `${set}/${navigation}`, body })
        }
        const answers = parts.map(([, method]) =>
          method === 'GET' ? '200 OK\r\n\r\n{"d":{"results":[]}}' : '204 No\r\n\r\n',
        )
        const mime = answers.map((answer) => `--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 ${answer}\r\n`)
        return [202, `${mime.join('')}--b--`, { 'content-type': 'multipart/mixed; boundary=b' }]
      })
    const connector = sapS4.connect(
      sapS4.config.parse({
        ...{ url: HOST, login: { method: 'password', user: 'A', password: 'B' }, salesOrganization: '1010' },
        ...{ freightCondition: 'DHD1', purchaseOrderTypeChannels: { PUNC: 'punchout' }, companyCode: '1010' },
      }),
      { now: () => new Date('2026-03-01T12:00:00Z') },
    )
    await connector.check()
    for (const stream of sapS4.capabilities.streams) {
      const pages = await pagesOf(connector, stream, null, { customerNumbers: ['10100001'] })
      await pagesOf(connector, stream, pages.at(-1)?.next ?? '["2026-02-01T00:00:00.000Z","5"]')
    }
    await connector.pushOrder?.(draft, 'k'.repeat(32))
    await connector.pushOrder?.({ ...draft, shipTo: { ...address, addressId: 'GATE' } }, 'k2')
    await connector.changeOrder?.({ erpId: '1', number: '1' }, draft)
    await connector.cancelOrder?.({ erpId: '1', number: '1' }, 'twice')
  })
  afterAll(() => {
    nock.cleanAll()
    nock.enableNetConnect()
    nock.restore()
  })

  it('is there for every service but credit management', () => {
    const apis = [...new Set(reads.map((each) => each.api))].toSorted()
    expect(apis.filter((api) => versions(api).length === 0)).toEqual(['API_CRDTMBUSINESSPARTNER'])
    expect(apis).toHaveLength(6)
    expect(reads.length).toBeGreaterThan(20)
  })

  it('knows what is read, and lets it be filtered and sorted', () => {
    const problems = reads.flatMap(({ api, set, query }) =>
      versions(api).flatMap((version) =>
        problemsOfRead(metadataOf(version), set, query).map((problem) => `${version}: ${problem}`),
      ),
    )
    expect([...new Set(problems)]).toEqual([])
  })

  it('knows what is created, and lets it be', () => {
    expect(new Set(creates.map(({ set }) => set))).toEqual(
      new Set(['A_SalesOrder', 'A_SalesOrder/to_Item', 'A_SalesOrderItem/to_Text']),
    )
    const problems = versions('API_SALES_ORDER_SRV').flatMap((version) => {
      const metadata = metadataOf(version)
      return creates.flatMap(({ set, body }) => {
        const [first = '', navigation] = set.split('/')
        const target = navigation ? (metadata.get(first)?.navigations.get(navigation) ?? set) : first
        return problemsOfWrite(metadata, target, body, 'creatable')
      })
    })
    // Not by itself, SAP says: an address comes with its partner, in the deep create of the order.
    expect([...new Set(problems)]).toEqual(['A_SalesOrderPartnerAddress is not creatable'])
  })

  it('knows what is changed, and lets it be', () => {
    expect(new Set(changes.map(({ set }) => set))).toEqual(
      new Set([
        ...['A_SalesOrder', 'A_SalesOrderItem', 'A_SalesOrderItemPrElement', 'A_SalesOrderScheduleLine'],
        ...['A_SalesOrderPartnerAddress', 'A_SalesOrderText'],
      ]),
    )
    const problems = versions('API_SALES_ORDER_SRV').flatMap((version) =>
      changes.flatMap(({ set, body }) => problemsOfWrite(metadataOf(version), set, body, 'updatable')),
    )
    expect([...new Set(problems)]).toEqual([])
  })

  const read = new Map<string, Metadata>()
  function metadataOf(version: string): Metadata {
    const known = read.get(version) ?? readMetadata(new TextDecoder().decode(readShared(version)))
    read.set(version, known)
    return known
  }
})
