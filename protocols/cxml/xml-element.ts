// An XML element as it was written: the tree under every typed document, and the form in which unmodelled parts are kept.

/** Name with prefix as written, attributes in document order (entities resolved), children in document order. */
export interface XmlElement {
  name: string
  attributes: Record<string, string>
  children: XmlNode[]
}

/** A string is character data, entities and CDATA resolved. */
export type XmlNode = XmlElement | string

/** What an element held beyond its model: rendered again, at a place the DTD allows where the DTD knows the element. */
export interface Kept {
  attributes?: Record<string, string>
  elements?: XmlElement[]
  /** Character data where the DTD allows elements only. */
  text?: string
  /** Kept parts of children that the model holds as plain text, by child: `Identity`, `Street[1]`. */
  inside?: Record<string, Kept>
}

/** Every modelled element may carry unmodelled parts. Absent = there were none. */
export interface Keeps {
  kept?: Kept
}
