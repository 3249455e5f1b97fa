// How a modelled element is read and written, from one table per element: its attributes and its children in DTD order.
// Children are read in any order and written in DTD order; what the table does not name is kept.
import { CxmlError } from './cxml-error.ts'
import type { Finding, FindingCode } from './finding.ts'
import type { Keeps, Kept, XmlElement } from './xml-element.ts'

/** A typed element's codec. `read` expects the element to be the reader's innermost. */
export interface Shape<T> {
  name: string
  read(element: XmlElement, reader: Reader): T
  write(value: T): XmlElement
}

/** `required`: a missing one reads as '' and is a finding. A list: the known values; another one is kept, with a finding. */
export type AttributeRule = 'required' | 'optional' | readonly string[]

export interface TextChild {
  name: string
  key: string
  many?: boolean
  required?: boolean
  /** `many` that is always an array, empty where there are none. */
  always?: boolean
  /** A token in cXML: surrounding blanks mean nothing. */
  token?: boolean
  /** Refuse a document without it, or with two of it. */
  strict?: boolean
}

export interface ShapedChild {
  name: string
  key: string
  shape: Shape<unknown>
  many?: boolean
  /** `refuse`: a document without it can't be understood. `empty`: it reads as an empty element, and is a finding. */
  required?: 'refuse' | 'empty'
  /** Refuse a document with two of it (so is every `required: 'refuse'`). */
  strict?: boolean
  /** `many` that is always an array, empty where there are none. */
  always?: boolean
}

/** A bare name is a child the DTD knows and we do not model: kept, and written at this place. */
export type Child = string | TextChild | ShapedChild

export interface ShapeTable<T> {
  attributes?: { [K in keyof T]?: AttributeRule }
  children?: readonly Child[]
  /** Key that takes the element's character data. */
  text?: keyof T & string
  token?: boolean
  /** Character data is written behind the children (default: before them). */
  textLast?: boolean
  /** Properties that every value of this shape has. */
  constants?: Partial<T>
}

interface Slot {
  child: TextChild | ShapedChild | null
  position: number
}

type Fields = Record<string, unknown> & Keeps

const MAX_FINDINGS = 200

/** Where reading stands, and what was odd so far. */
export class Reader {
  readonly findings: Finding[]
  private readonly trail: XmlElement[] = []

  constructor(findings: Finding[]) {
    this.findings = findings
  }

  enter(element: XmlElement): void {
    this.trail.push(element)
  }

  leave(): void {
    this.trail.pop()
  }

  /** Path of the innermost element, counting same-named siblings: `/cXML/Header/From/Credential[2]`. */
  path(below = ''): string {
    return `${this.trail.map((element, depth) => step(element, this.trail[depth - 1])).join('')}${below && `/${below}`}`
  }

  find(code: FindingCode, below: string, message: string): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ code, path: this.path(below), message })
  }

  refuse(code: 'missing' | 'repeated' | 'value' | 'not-cxml', below: string, message: string): never {
    throw new CxmlError(code, 400, this.path(below), `${message} (${this.path(below)})`)
  }
}

function step(element: XmlElement, parent: XmlElement | undefined): string {
  const twins = parent ? parent.children.filter((c) => typeof c !== 'string' && c.name === element.name) : []
  return twins.length > 1 ? `/${element.name}[${twins.indexOf(element) + 1}]` : `/${element.name}`
}

export function text(name: string, key: string, options: Partial<TextChild> = {}): TextChild {
  return { name, key, ...options }
}

export function one<T>(
  shape: Shape<T>,
  key: string,
  options: Pick<ShapedChild, 'required' | 'strict'> = {},
): ShapedChild {
  return { name: shape.name, key, shape: shape as Shape<unknown>, ...options }
}

export function many<T>(shape: Shape<T>, key: string, options: { always?: boolean } = {}): ShapedChild {
  return { name: shape.name, key, shape: shape as Shape<unknown>, many: true, ...options }
}

/** The same content under another element name: Total and UnitPrice both hold a Money. */
export function shapeOf<T extends Keeps>(name: string, table: ShapeTable<T>): Shape<T> {
  const textKey: string | undefined = table.text
  const attributes = Object.entries((table.attributes ?? {}) as Record<string, AttributeRule>).map(([key, rule]) => ({
    key,
    rule,
    name: key === 'lang' ? 'xml:lang' : key,
  }))
  const attributeByName = new Map(attributes.map((a) => [a.name, a]))
  const children = table.children ?? []
  const slots = new Map<string, Slot>()
  for (const [position, child] of children.entries())
    if (typeof child === 'string') slots.set(child, { child: null, position })
    else slots.set(child.name, { child, position })
  const positionOf = (e: XmlElement) => slots.get(e.name)?.position ?? children.length

  function read(element: XmlElement, reader: Reader): T {
    const value: Fields = { ...(table.constants as Fields | undefined) }
    for (const name in element.attributes) {
      const slot = attributeByName.get(name)
      const given = element.attributes[name] as string
      if (slot && (typeof slot.rule === 'string' || slot.rule.includes(given))) value[slot.key] = given
      else {
        keepAttribute(value, name, given)
        if (slot)
          reader.find('unknown-value', `@${name}`, `"${given}" is none of ${(slot.rule as string[]).join(', ')}.`)
        else if (!name.startsWith('xmlns') && name !== 'a-dtype')
          reader.find(
            'unknown-attribute',
            `@${name}`,
            `Attribute ${name} of ${element.name} is not known here; it is kept.`,
          )
      }
    }
    let own = ''
    for (const node of element.children) {
      if (typeof node === 'string') own += node
      else readChild(value, node, slots.get(node.name), reader)
    }
    if (textKey) value[textKey] = table.token ? own.trim() : own
    else if (own !== '' && own.trim() !== '') {
      keepIn(value).text = own.trim()
      reader.find('unexpected-text', '', `${element.name} holds text where only elements belong; it is kept.`)
    }
    for (const { key, name, rule } of attributes)
      if (rule === 'required' && value[key] === undefined) {
        value[key] = ''
        reader.find('missing', `@${name}`, `${element.name} has no ${name}.`)
      }
    for (const child of children) if (typeof child !== 'string') requireChild(value, child, element, reader)
    if (value.kept?.elements) value.kept.elements.sort((a, b) => positionOf(a) - positionOf(b))
    return value as T
  }

  function write(value: T): XmlElement {
    return fill({ name, attributes: {}, children: [] }, value as unknown as Fields)
  }

  function fill(element: XmlElement, value: Fields): XmlElement {
    const kept = value.kept
    for (const a of attributes) {
      const given = value[a.key]
      if (given !== undefined) element.attributes[a.name] = given as string
    }
    if (kept?.attributes) for (const key in kept.attributes) element.attributes[key] ??= kept.attributes[key] as string
    const own = (textKey ? (value[textKey] as string | undefined) : kept?.text) ?? ''
    if (own !== '' && !table.textLast) element.children.push(own)
    let next = 0
    for (const [position, child] of children.entries()) {
      if (typeof child !== 'string') writeChild(element, value, child)
      if (kept?.elements)
        for (let e = kept.elements[next]; e && positionOf(e) <= position; e = kept.elements[++next])
          element.children.push(e)
    }
    for (const e of kept?.elements?.slice(next) ?? []) element.children.push(e)
    if (own !== '' && table.textLast) element.children.push(own)
    return element
  }

  return { name, read, write }
}

function readChild(value: Fields, node: XmlElement, slot: Slot | undefined, reader: Reader): void {
  const child = slot?.child
  if (!child) {
    keepElement(value, node)
    if (!slot) reader.find('unknown-element', node.name, `Element ${node.name} is not known here; it is kept.`)
    return
  }
  const had = value[child.key]
  if (had !== undefined && !child.many) {
    if (child.strict || child.required === 'refuse')
      reader.refuse('repeated', node.name, `There are two ${node.name}; only one may be.`)
    keepElement(value, node)
    reader.find('repeated', node.name, `There are two ${node.name}; the first one counts, the other is kept.`)
    return
  }
  reader.enter(node)
  const read = 'shape' in child ? child.shape.read(node, reader) : readText(value, node, child, reader)
  reader.leave()
  if (!child.many) value[child.key] = read
  else if (had === undefined) value[child.key] = [read]
  else (had as unknown[]).push(read)
}

function readText(value: Fields, node: XmlElement, child: TextChild, reader: Reader): string {
  let own = ''
  for (const part of node.children)
    if (typeof part === 'string') own += part
    else {
      const inside = insideOf(value, node.name, child)
      inside.elements ??= []
      inside.elements.push(part)
      reader.find('unknown-element', part.name, `${node.name} holds an element where text is expected; it is kept.`)
    }
  for (const _ in node.attributes) {
    insideOf(value, node.name, child).attributes = node.attributes
    break
  }
  return child.token ? own.trim() : own
}

function requireChild(value: Fields, child: TextChild | ShapedChild, element: XmlElement, reader: Reader): void {
  if (value[child.key] !== undefined) return
  if ('always' in child && child.always) value[child.key] = []
  if (!child.required) return
  if ('shape' in child ? child.required === 'refuse' : child.strict)
    reader.refuse('missing', child.name, `${element.name} needs a ${child.name}.`)
  value[child.key] = 'shape' in child ? child.shape.read(emptyElement(child.name), new Reader([])) : ''
  reader.find('missing', child.name, `${element.name} has no ${child.name}.`)
}

function emptyElement(name: string): XmlElement {
  return { name, attributes: {}, children: [] }
}

function writeChild(element: XmlElement, value: Fields, child: TextChild | ShapedChild): void {
  const given = value[child.key]
  if (given === undefined) return
  if (!child.many) element.children.push(writeOne(given, value, child, 0))
  else
    (given as unknown[]).forEach((item, i) => {
      element.children.push(writeOne(item, value, child, i))
    })
}

function writeOne(given: unknown, value: Fields, child: TextChild | ShapedChild, index: number): XmlElement {
  if ('shape' in child) return child.shape.write(given)
  const children = given === '' ? [] : [given as string]
  const inside = value.kept?.inside?.[child.many ? `${child.name}[${index + 1}]` : child.name]
  return inside
    ? { name: child.name, attributes: { ...inside.attributes }, children: [...children, ...(inside.elements ?? [])] }
    : { name: child.name, attributes: {}, children }
}

function keepIn(value: Fields): Kept {
  value.kept ??= {}
  return value.kept
}

function keepAttribute(value: Fields, name: string, given: string): void {
  const kept = keepIn(value)
  kept.attributes ??= {}
  kept.attributes[name] = given
}

export function keepElement(value: Keeps, element: XmlElement): void {
  value.kept ??= {}
  value.kept.elements ??= []
  value.kept.elements.push(element)
}

function insideOf(value: Fields, name: string, child: TextChild): Kept {
  const kept = keepIn(value)
  kept.inside ??= {}
  const nth = ((value[child.key] as unknown[] | undefined)?.length ?? 0) + 1
  const key = child.many ? `${name}[${nth}]` : name
  kept.inside[key] ??= {}
  return kept.inside[key] as Kept
}
