// How an element is written and read, from one table of rows in schema order: what is written can be read again.
import type { XmlElement } from '../cxml/xml-element.ts'
import { UblError } from './ubl-error.ts'

/** What amounts are in. */
export interface Currencies {
  currency: string
  taxCurrency?: string
}

/** One place in an element, and the key of T that it holds. */
export interface Row<T> {
  /** Adds to the element; false = the value has nothing here. */
  write(value: T, into: XmlElement, currencies: Currencies): boolean
  read(from: XmlElement, value: T, currencies: Currencies): void
  /** In rows that tell apart elements of the same name: is this the one? */
  fits?(element: XmlElement, currencies: Currencies): boolean
  /** It holds nothing of the value: written only with something beside it. */
  isMark?: true
}

// Rows are put together by key; inside them a value is what it is at run time.
type Fields = Record<string, unknown>

interface TextOptions {
  /** Read as '' where it is missing, so that the rules can say so. */
  required?: boolean
}

export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((c): c is XmlElement => typeof c !== 'string' && c.name === name)
}

export function textOf(element: XmlElement): string {
  return element.children.filter((c) => typeof c === 'string').join('')
}

export function emptyElement(name: string): XmlElement {
  return { name, attributes: {}, children: [] }
}

/** The element's own character data, blanks around it dropped. */
export function own<T>(key: keyof T & string): Row<T> {
  return {
    write: (value, into) => addText(into, (value as Fields)[key] as string | undefined),
    read(from, value) {
      ;(value as Fields)[key] = textOf(from).trim()
    },
  }
}

export function attribute<T>(name: string, key: keyof T & string): Row<T> {
  return {
    write(value, into) {
      const given = (value as Fields)[key] as string | undefined
      if (!given) return false
      into.attributes[name] = given
      return true
    },
    read(from, value) {
      const given = from.attributes[name]?.trim()
      if (given) (value as Fields)[key] = given
    },
  }
}

/** A child that is an identifier, code, number or date: blanks around it mean nothing. */
export function token<T>(name: string, key: keyof T & string, options: TextOptions = {}): Row<T> {
  return textRow(name, key, options, (raw) => raw.trim())
}

/** A child that people read: as it was written. */
export function text<T>(name: string, key: keyof T & string, options: TextOptions = {}): Row<T> {
  return textRow(name, key, options, (raw) => raw)
}

function textRow<T>(name: string, key: string, options: TextOptions, clean: (raw: string) => string): Row<T> {
  return {
    write: (value, into) => addChild(into, name, (value as Fields)[key] as string | undefined),
    read(from, value) {
      const child = childrenOf(from, name)[0]
      const found = child ? clean(textOf(child)) : ''
      if (found !== '' || options.required) (value as Fields)[key] = found
    },
  }
}

/** A child that may come several times, each a text. */
export function texts<T>(name: string, key: keyof T & string): Row<T> {
  return {
    write(value, into) {
      const given = ((value as Fields)[key] as string[] | undefined) ?? []
      return given.map((one) => addChild(into, name, one)).includes(true)
    },
    read(from, value) {
      const found = childrenOf(from, name).map(textOf)
      if (found.length > 0) (value as Fields)[key] = found
    },
  }
}

/** An amount in the document's currency. Another currency there would be read as a wrong amount: it is refused. */
export function amount<T>(name: string, key: keyof T & string, options: TextOptions = {}): Row<T> {
  const row = token<T>(name, key, options)
  return {
    write: (value, into, { currency }) => addAmount(into, name, (value as Fields)[key] as string | undefined, currency),
    read(from, value, { currency }) {
      const given = childrenOf(from, name)[0]?.attributes.currencyID?.trim()
      if (given !== undefined && given !== currency)
        throw new UblError('currency', name, `${name} is in ${given}, the document in ${currency}.`)
      row.read(from, value, { currency })
    },
  }
}

/** An amount whose element is the one meant only if it is in this of the two currencies (cac:TaxTotal). */
export function amountIn<T>(
  which: keyof Currencies,
  name: string,
  key: keyof T & string,
  options: TextOptions = {},
): Row<T> {
  const row = token<T>(name, key, options)
  return {
    write(value, into, currencies) {
      return addAmount(into, name, (value as Fields)[key] as string | undefined, currencies[which] ?? '')
    },
    read: row.read,
    fits: (element, currencies) =>
      (childrenOf(element, name)[0]?.attributes.currencyID?.trim() ?? currencies.currency) === currencies[which],
  }
}

/** A child that says which of several meanings the element has. It is written only with something beside it. */
export function mark<T>(name: string, content: string): Row<T> {
  return {
    write(_value, into) {
      addChild(into, name, content)
      return false
    },
    read() {},
    isMark: true,
    fits: (element) => firstToken(element, name) === content,
  }
}

/** The opposite: the element is the one meant unless the child says one of these; `content` is written, if any. */
export function markUnless<T>(name: string, others: readonly string[], content?: string): Row<T> {
  return {
    write(_value, into) {
      if (content !== undefined) addChild(into, name, content)
      return false
    },
    read() {},
    isMark: true,
    fits: (element) => !others.includes(firstToken(element, name)),
  }
}

function firstToken(element: XmlElement, name: string): string {
  const child = childrenOf(element, name)[0]
  return child ? textOf(child).trim() : ''
}

/** An element around rows of the same value, as cac:Country is. Around marks only, it is a mark itself. */
export function inside<T>(name: string, rows: readonly Row<T>[]): Row<T> {
  const isMark = rows.every((row) => row.isMark)
  return {
    write(value, into, currencies) {
      const element = emptyElement(name)
      const wrote = writeRows(rows, value, element, currencies)
      if (wrote || isMark) into.children.push(element)
      return wrote
    },
    read(from, value, currencies) {
      const element = childrenOf(from, name).find((e) => fitsRows(rows, e, currencies))
      readRows(rows, element ?? emptyElement(name), value, currencies)
    },
    ...(isMark && {
      isMark,
      fits: (element: XmlElement, currencies: Currencies) =>
        childrenOf(element, name).some((e) => fitsRows(rows, e, currencies)),
    }),
  }
}

/** Rows of an object under `key`, in the same element. */
export function under<T, K extends keyof T & string>(key: K, rows: readonly Row<NonNullable<T[K]>>[]): Row<T> {
  type Inner = NonNullable<T[K]>
  return {
    write(value, into, currencies) {
      const inner = value[key] as Inner | undefined
      return inner !== undefined && writeRows(rows, inner, into, currencies)
    },
    read(from, value, currencies) {
      const inner = { ...((value[key] as object | undefined) ?? {}) } as Inner
      readRows(rows, from, inner, currencies)
      if (!isEmpty(inner)) value[key] = inner
    },
    ...(rows.every((row) => row.fits) && {
      fits: (element: XmlElement, currencies: Currencies) => fitsRows(rows, element, currencies),
    }),
  }
}

/** An element that is an object of its own. `required`: read as an empty one where it is missing. */
export function one<T, K extends keyof T & string>(
  name: string,
  key: K,
  rows: readonly Row<NonNullable<T[K]>>[],
  options: TextOptions = {},
): Row<T> {
  type Inner = NonNullable<T[K]>
  return {
    write(value, into, currencies) {
      const inner = value[key] as Inner | undefined
      return inner !== undefined && addElement(into, name, rows, inner, currencies)
    },
    read(from, value, currencies) {
      const element = childrenOf(from, name).find((e) => fitsRows(rows, e, currencies))
      if (element || options.required) {
        const inner = {} as Inner
        readRows(rows, element ?? emptyElement(name), inner, currencies)
        value[key] = inner
      }
    },
  }
}

/** Elements that are a list of objects. `required`: read as an empty list where there are none. */
export function many<T, K extends keyof T & string>(
  name: string,
  key: K,
  rows: readonly Row<ItemOf<T[K]>>[],
  options: TextOptions = {},
): Row<T> {
  return {
    write(value, into, currencies) {
      const items = (value[key] as ItemOf<T[K]>[] | undefined) ?? []
      return items.map((item) => addElement(into, name, rows, item, currencies)).includes(true)
    },
    read(from, value, currencies) {
      const items = childrenOf(from, name)
        .filter((element) => fitsRows(rows, element, currencies))
        .map((element) => {
          const item = {} as ItemOf<T[K]>
          readRows(rows, element, item, currencies)
          return item
        })
      if (items.length > 0 || options.required) value[key] = items as T[K]
    },
  }
}

type ItemOf<List> = NonNullable<List> extends readonly (infer Item)[] ? Item : never

export function writeRows<T>(rows: readonly Row<T>[], value: T, into: XmlElement, currencies: Currencies): boolean {
  let wrote = false
  for (const row of rows) wrote = row.write(value, into, currencies) || wrote
  return wrote
}

export function readRows<T>(rows: readonly Row<T>[], from: XmlElement, value: T, currencies: Currencies): void {
  for (const row of rows) row.read(from, value, currencies)
}

function fitsRows<T>(rows: readonly Row<T>[], element: XmlElement, currencies: Currencies): boolean {
  return rows.every((row) => row.fits?.(element, currencies) ?? true)
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}

function addElement<T>(
  into: XmlElement,
  name: string,
  rows: readonly Row<T>[],
  value: T,
  currencies: Currencies,
): boolean {
  const element = emptyElement(name)
  const wrote = writeRows(rows, value, element, currencies)
  if (wrote) into.children.push(element)
  return wrote
}

/** PEPPOL-EN16931-R008: a document holds no empty elements. */
function addText(into: XmlElement, content: string | undefined): boolean {
  if (!content) return false
  into.children.push(content)
  return true
}

export function addChild(into: XmlElement, name: string, content: string | undefined): boolean {
  const element = emptyElement(name)
  if (!addText(element, content)) return false
  into.children.push(element)
  return true
}

function addAmount(into: XmlElement, name: string, content: string | undefined, currency: string): boolean {
  if (!addChild(into, name, content)) return false
  ;(into.children.at(-1) as XmlElement).attributes.currencyID = currency
  return true
}
