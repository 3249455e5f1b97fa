// Speed of the cXML codec against the bare libraries on the same bytes: typed decode and fast-xml-parser's parse, encode and
// xmlbuilder2 building the same document. Medians of repeated runs, the two sides taking turns.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { create } from 'xmlbuilder2'
import type { CxmlMessage } from '../../protocols/cxml/document.ts'
import { decode, encode } from '../../protocols/cxml/document.ts'
import type { ItemIn } from '../../protocols/cxml/items.ts'

export interface BenchRow {
  name: string
  ours: number
  theirs: number
  unit: string
}

const SAMPLES = join(process.cwd(), '../shared/data/cxml-samples')

/** Rows of milliseconds per pass: less is better, `ours / theirs` is the ratio. */
export async function benchCxml(): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  const corpus = readCorpus()
  const parser = new XMLParser({ ignoreAttributes: false })
  if (corpus.length > 0) {
    const texts = corpus.map((bytes) => new TextDecoder().decode(bytes))
    const measured = compare(
      () => corpus.forEach((bytes) => void decode(bytes)),
      () => texts.forEach((text) => void parser.parse(text)),
      60,
    )
    rows.push({ name: `cXML decode, ${corpus.length} samples`, ...measured })
  }
  const cart = bigCart(1000)
  const bytes = encode(cart)
  const text = new TextDecoder().decode(bytes)
  rows.push({
    name: 'cXML decode, cart of 1,000 lines',
    ...compare(
      () => void decode(bytes),
      () => void parser.parse(text),
      30,
    ),
  })
  rows.push({
    name: 'cXML encode, cart of 1,000 lines',
    ...compare(
      () => void encode(cart),
      () => void buildBare(cart),
      20,
    ),
  })
  return rows
}

function compare(ours: () => void, theirs: () => void, rounds: number): Omit<BenchRow, 'name'> {
  const times: [number[], number[]] = [[], []]
  for (let round = -5; round < rounds; round++)
    for (const [side, run] of [ours, theirs].entries()) {
      const start = performance.now()
      run()
      if (round >= 0) times[side]?.push(performance.now() - start)
    }
  return { ours: median(times[0]), theirs: median(times[1]), unit: 'ms' }
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}

/** The sample documents that decode; refused ones would only flatter us. */
function readCorpus(): Uint8Array[] {
  if (!existsSync(SAMPLES)) return []
  return readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.xml'))
    .map((name) => readFileSync(join(SAMPLES, name)))
    .filter((bytes) => {
      try {
        return decode(bytes).kind !== undefined
      } catch {
        return false
      }
    })
}

function bigCart(lines: number): CxmlMessage {
  const party = (identity: string) => ({ credentials: [{ domain: 'NetworkID', identity }] })
  return {
    kind: 'Message',
    payloadID: '1700000000.bench@hub.example',
    timestamp: '2026-01-05T10:00:00+01:00',
    header: { from: party('AN1'), to: party('AN2'), sender: { ...party('AN1'), userAgent: 'bench' } },
    content: {
      type: 'PunchOutOrderMessage',
      buyerCookie: 'c-1',
      header: { operationAllowed: 'edit', total: { money: { amount: '10500.00', currency: 'EUR' } } },
      items: Array.from({ length: lines }, (_, i) => bigLine(i + 1)),
    },
  }
}

function bigLine(n: number): ItemIn {
  return {
    quantity: String((n % 9) + 1),
    lineNumber: String(n),
    itemID: { supplierPartID: `00${n}`, supplierPartAuxiliaryID: `aux-${n}` },
    itemDetail: {
      unitPrice: { money: { amount: '10.50', currency: 'EUR' } },
      descriptions: [{ lang: 'en', text: `Stapler & pins, no. ${n}`, shortName: 'Stapler' }],
      unitOfMeasure: 'EA',
      classifications: [{ domain: 'UNSPSC', text: '44121615' }],
      manufacturerPartID: `M-${n}`,
      manufacturerName: 'Acme',
      leadTime: '3',
      extrinsics: [{ name: 'colour', value: 'red' }],
    },
  }
}

/** The same document as one writes it with xmlbuilder2 alone. */
function buildBare(cart: CxmlMessage): string {
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele('cXML', { payloadID: cart.payloadID })
  const header = root.ele('Header')
  for (const name of ['From', 'To', 'Sender'])
    header.ele(name).ele('Credential', { domain: 'NetworkID' }).ele('Identity').txt('AN1')
  const content = cart.content
  if (content?.type !== 'PunchOutOrderMessage') return ''
  const message = root.ele('Message').ele('PunchOutOrderMessage')
  message.ele('BuyerCookie').txt(content.buyerCookie)
  message
    .ele('PunchOutOrderMessageHeader', { operationAllowed: 'edit' })
    .ele('Total')
    .ele('Money', { currency: 'EUR' })
    .txt('10500.00')
  for (const { quantity, lineNumber, itemID, itemDetail } of content.items) {
    const item = message.ele('ItemIn', { quantity, lineNumber })
    const id = item.ele('ItemID')
    id.ele('SupplierPartID').txt(itemID.supplierPartID)
    id.ele('SupplierPartAuxiliaryID').txt(itemID.supplierPartAuxiliaryID ?? '')
    const detail = item.ele('ItemDetail')
    const { money } = itemDetail.unitPrice
    detail.ele('UnitPrice').ele('Money', { currency: money.currency }).txt(money.amount)
    for (const d of itemDetail.descriptions) {
      const description = detail.ele('Description', { 'xml:lang': d.lang ?? '' })
      description.ele('ShortName').txt(d.shortName ?? '')
      description.txt(d.text)
    }
    detail.ele('UnitOfMeasure').txt(itemDetail.unitOfMeasure)
    for (const c of itemDetail.classifications) detail.ele('Classification', { domain: c.domain }).txt(c.text)
    detail.ele('ManufacturerPartID').txt(itemDetail.manufacturerPartID ?? '')
    detail.ele('ManufacturerName').txt(itemDetail.manufacturerName ?? '')
    detail.ele('LeadTime').txt(itemDetail.leadTime ?? '')
    for (const e of itemDetail.extrinsics ?? []) detail.ele('Extrinsic', { name: e.name }).txt(e.value)
  }
  return root.end()
}
