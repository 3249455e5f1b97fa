// Peppol BIS Billing 3.0's structure (element order, cardinality, code lists, forms of values) as the npm package
// @e-invoice-eu/core publishes it as a JSON Schema: a reading of the specification that is not ours.
import type { XmlElement } from '../../../protocols/cxml/xml-element.ts'

interface Schema {
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  maxItems?: number
  $ref?: string
  enum?: string[]
  pattern?: string
  anyOf?: Schema[]
  oneOf?: Schema[]
  $defs?: Record<string, Record<string, Schema>>
}

export interface Structure {
  /** What is wrong with the element, one sentence each; `order` replaces the schema's at the root. */
  faultsOf(root: XmlElement, order?: readonly string[]): string[]
}

/** Undefined where the package is not installed; in CI it has to be. */
export async function loadStructure(): Promise<Structure | undefined> {
  const name = '@e-invoice-eu/core'
  try {
    const { invoiceSchema } = (await import(name)) as { invoiceSchema: Schema }
    return structureOf(invoiceSchema)
  } catch (error) {
    const message = `${name} is not installed: our XML is not held against Peppol's structure`
    if (process.env.CI) throw new Error(message, { cause: error })
    console.warn(message)
    return undefined
  }
}

function structureOf(schema: Schema): Structure {
  const invoice = schema.properties?.['ubl:Invoice'] as Schema
  const resolve = (one: Schema): Schema => {
    const [, , group = '', name = ''] = one.$ref?.split('/') ?? []
    return schema.$defs?.[group]?.[decodeURIComponent(name)] ?? one
  }

  function faultsInside(element: XmlElement, given: Schema, path: string, order?: readonly string[]): string[] {
    const properties = given.properties ?? {}
    const faults: string[] = []
    const names = Object.keys(properties).filter((name) => !name.includes('@'))
    const sequence = order ?? names
    const count = new Map<string, number>()
    let last = -1
    for (const child of element.children) {
      if (typeof child === 'string') {
        if (child.trim() !== '') faults.push(`${path} holds text`)
        continue
      }
      const at = sequence.indexOf(child.name)
      if (at < 0 || !names.includes(child.name)) faults.push(`${path} may not hold ${child.name}`)
      else if (at < last) faults.push(`${child.name} comes too late in ${path}`)
      last = Math.max(last, at)
      count.set(child.name, (count.get(child.name) ?? 0) + 1)
      const property = properties[child.name]
      if (property) faults.push(...faultsOfChild(child, property, properties, `${path}/${child.name}`))
    }
    for (const [name, n] of count) {
      const property = properties[name]
      if (property && n > (property.items ? (property.maxItems ?? n) : 1)) faults.push(`${path} holds ${n} ${name}`)
    }
    for (const name of given.required ?? []) if (!count.has(name)) faults.push(`${path} lacks ${name}`)
    return faults
  }

  function faultsOfChild(child: XmlElement, property: Schema, siblings: Record<string, Schema>, path: string) {
    const inner = property.items ?? property
    if (inner.properties) return faultsInside(child, inner, path)
    const faults = faultsOfValue(child.children.join(''), inner, path)
    for (const name in child.attributes) {
      const attribute = siblings[`${child.name}@${name}`]
      if (attribute) faults.push(...faultsOfValue(child.attributes[name] as string, attribute, `${path}/@${name}`))
      else faults.push(`${path} may not have @${name}`)
    }
    return faults
  }

  function faultsOfValue(value: string, given: Schema, path: string): string[] {
    const { enum: list, pattern, anyOf, oneOf } = resolve(given)
    const any = anyOf ?? oneOf
    if (any) return any.some((one) => faultsOfValue(value, one, path).length === 0) ? [] : [`${path}: ${value}`]
    // Prices take as many digits as they need (EN 16931-1, 6.5.2), which this schema has forgotten.
    const isPrice = path.includes('/cac:Price/')
    if (list && !list.includes(value)) return [`${path}: "${value}" is not in the list`]
    if (pattern && !isPrice && !new RegExp(pattern).test(value)) return [`${path}: "${value}" is not ${pattern}`]
    return value === '' ? [`${path} is empty`] : []
  }

  return { faultsOf: (root, order) => faultsInside(asInvoice(root), invoice, root.name, order) }
}

const invoiceNames: Record<string, string> = {
  'cbc:CreditNoteTypeCode': 'cbc:InvoiceTypeCode',
  'cac:CreditNoteLine': 'cac:InvoiceLine',
  'cbc:CreditedQuantity': 'cbc:InvoicedQuantity',
}

/** A credit note with an invoice's names, and without the due date that only it has in cac:PaymentMeans. */
function asInvoice(element: XmlElement): XmlElement {
  return {
    ...element,
    name: invoiceNames[element.name] ?? element.name,
    children: element.children
      .filter((child) => typeof child === 'string' || child.name !== 'cbc:PaymentDueDate')
      .map((child) => (typeof child === 'string' ? child : asInvoice(child))),
  }
}
