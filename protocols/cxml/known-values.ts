// Attributes whose value decides what a document means: an unknown one is refused, never read as the default.
import type { Reader, Shape } from './shape.ts'
import type { XmlElement } from './xml-element.ts'

/**
 * The shape, refusing (CxmlError 400) an element one of whose attributes holds none of its known values. An optional
 * attribute may be absent; a required one may not.
 */
export function onlyKnown<T>(shape: Shape<T>, known: { [K in keyof T]?: readonly string[] }): Shape<T> {
  const rules = Object.entries(known) as [keyof T & string, readonly string[]][]
  return {
    name: shape.name,
    write: shape.write,
    read(element: XmlElement, reader: Reader) {
      const value = shape.read(element, reader)
      for (const [key, values] of rules) {
        const given = value[key] as string | undefined
        if (given !== undefined && !values.includes(given))
          reader.refuse('value', `@${key}`, `${key} "${given.slice(0, 40)}" is none of ${values.join(', ')}.`)
      }
      return value
    },
  }
}
