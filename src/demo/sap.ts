// The simulator as an OCI buyer: the call-up parameters its browser or server sends, and the form that comes back.
import { encodeForm, type Field } from '../../protocols/oci/form-fields.ts'
import { type OciItem, parseItems } from '../../protocols/oci/items.ts'
import { shortened } from './pretty-xml.ts'
import type { Departure, ReceivedCart, RequisitionLine } from './requisitions.ts'

export const functions = ['', 'DETAIL', 'VALIDATE', 'SOURCING', 'BACKGROUND_SEARCH', 'QUANTITYCHECK'] as const
export type OciFunction = (typeof functions)[number]

export interface CallUp {
  method: 'GET' | 'POST'
  hookUrl: string
  email: string
  charset: string
  function: OciFunction
  productId: string
  quantity: string
  searchString: string
}

/** The catalogue's parameters as Customizing has them, and what SRM adds at run time. */
export function callUp(hubUrl: string, call: CallUp): Departure {
  const fields: Field[] = [
    ['USERNAME', 'demo'],
    ['PASSWORD', 'demo-secret'],
    ['USEREMAIL', call.email],
    ['sap-language', 'EN'],
    ['http_content_charset', call.charset],
  ]
  if (call.function) fields.push(['FUNCTION', call.function])
  if (call.productId) fields.push(['PRODUCTID', call.productId])
  if (call.quantity) fields.push(['QUANTITY', call.quantity])
  if (call.searchString) fields.push(['SEARCHSTRING', call.searchString])
  fields.push(
    ['HOOK_URL', call.hookUrl],
    ['~OkCode', 'ADDI'],
    ['~TARGET', '_top'],
    ['~CALLER', 'CTLG'],
    ['OCI_VERSION', '4.0'],
    ['returntarget', '_top'],
  )
  return { method: call.method, action: `${hubUrl}/oci/almere-sap`, fields }
}

/** A form to read, the password blanked. */
export function written(head: string, fields: readonly (readonly [string, string])[]): string {
  const lines = fields.map(([name, value]) => `${name} = ${/^~?(sap-)?password$/i.test(name) ? '***' : value}`)
  return shortened([head, '', ...lines].join('\n'))
}

/** BACKGROUND_SEARCH: no browser sees it, the buyer's server reads the form in the answer. */
export async function searchInBackground(
  departure: Departure,
): Promise<{ fields: Field[]; answered: string; refusal: string | null }> {
  const body = encodeForm(departure.fields)
  try {
    const post = departure.method === 'POST'
    const answer = await fetch(
      post ? departure.action : `${departure.action}?${Buffer.from(body).toString('latin1')}`,
      {
        method: departure.method,
        ...(post && { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: Buffer.from(body) }),
        signal: AbortSignal.timeout(20_000),
      },
    )
    const page = new TextDecoder(charsetOf(answer.headers.get('content-type') ?? '')).decode(await answer.arrayBuffer())
    const fields = hiddenFields(page)
    const said = page.replace(/<(style|script|title)\b[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]+>/g, ' ')
    const words = unescaped(said.replace(/\s+/g, ' ').trim()).slice(0, 500)
    const found = fields.some(([name]) => /^NEW_ITEM-/i.test(name))
    return {
      fields,
      answered: found ? written(`HTTP ${answer.status}, hidden fields of the form:`, fields) : words,
      refusal: answer.ok && found ? null : words,
    }
  } catch {
    return { fields: [], answered: '', refusal: 'The hub does not answer.' }
  }
}

function charsetOf(contentType: string): string {
  const label = /charset=([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label).encoding
  } catch {
    return 'utf-8'
  }
}

function hiddenFields(page: string): Field[] {
  return [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name = '', value = '']) => [unescaped(name), unescaped(value)],
  )
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[name] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** The basket of a returned form; null = the form holds no item: the buyer left without one. */
export function readBasket(via: string, fields: readonly Field[]): ReceivedCart | null {
  const lines = parseItems(fields).map(toLine)
  if (lines.length === 0) return null
  const document = written(via, fields)
  return { at: new Date(), via: 'NEW_ITEM-* fields', lines, total: null, tax: null, editable: false, document }
}

function toLine(item: OciItem, index: number): RequisitionLine {
  return {
    lineNumber: String(index + 1),
    parentLineNumber: item.parentId,
    supplierPartId: item.vendorMat ?? item.extProductId ?? '',
    supplierPartAuxiliaryId: item.extProductId,
    description: item.description ?? '',
    longText: item.longText,
    quantity: item.quantity ?? '',
    unit: item.unit ?? '',
    price: item.price ?? '',
    currency: item.currency ?? '',
    priceUnit: item.priceUnit === '1' ? undefined : item.priceUnit,
    classification: item.extCategoryId && `${item.extSchemaType ?? ''} ${item.extCategoryId}`.trim(),
    manufacturerPartId: item.manufactMat,
    leadTime: item.leadTime,
    service: item.service === 'X',
  }
}
