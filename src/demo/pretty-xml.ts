// An XML document to read: indented, secrets blanked. What is sent is the document as it was, not this.
import { parseXml } from '../../protocols/cxml/xml.ts'
import type { XmlElement } from '../../protocols/cxml/xml-element.ts'

const MOST = 200_000

/** The text as it is where it is no XML. */
export function prettyXml(text: string): string {
  try {
    const { root, systemId } = parseXml(text)
    const doctype = systemId ? `<!DOCTYPE ${root.name} SYSTEM "${systemId}">\n` : ''
    return shortened(`<?xml version="1.0" encoding="UTF-8"?>\n${doctype}${written(root, '')}`)
  } catch {
    return shortened(text)
  }
}

export function shortened(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)}\n… (${text.length - MOST} more characters)` : text
}

function written({ name, attributes, children }: XmlElement, indent: string): string {
  const tag = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ')
  if (name === 'SharedSecret') return `${indent}<${tag}>***</${name}>`
  const elements = children.filter((c) => typeof c !== 'string')
  const words = children.filter((c) => typeof c === 'string').join('')
  if (elements.length === 0) return words ? `${indent}<${tag}>${escaped(words)}</${name}>` : `${indent}<${tag}/>`
  const inner = children.flatMap((c) => {
    if (typeof c !== 'string') return [written(c, `${indent}  `)]
    return c.trim() ? [`${indent}  ${escaped(c.trim())}`] : []
  })
  return `${indent}<${tag}>\n${inner.join('\n')}\n${indent}</${name}>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
