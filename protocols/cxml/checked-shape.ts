// What a table can't say of an element: rules between its parts, and values that decide what a document means.
import type { Reader, Shape } from './shape.ts'
import type { Keeps, XmlElement } from './xml-element.ts'

/** The shape, with `check` run on every value read, where it may find and refuse; writing is not checked. */
export function checkedShape<T extends Keeps>(shape: Shape<T>, check: (value: T, reader: Reader) => void): Shape<T> {
  return {
    name: shape.name,
    write: shape.write,
    read(element: XmlElement, reader: Reader) {
      const value = shape.read(element, reader)
      check(value, reader)
      return value
    },
  }
}

/** Refuses (CxmlError 400) another value than the known ones: read as the default, it would mean something else. */
export function refuseUnknown(
  reader: Reader,
  attribute: string,
  given: string | undefined,
  known: readonly string[],
): void {
  if (given !== undefined && !known.includes(given))
    reader.refuse('value', `@${attribute}`, `${attribute} "${given.slice(0, 40)}" is none of ${known.join(', ')}.`)
}
