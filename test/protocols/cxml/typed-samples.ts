// Documents of one type, wherever they come from: our fixtures by name, and the sample corpus by what it holds.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type CxmlDocument, decode } from '../../../protocols/cxml/document.ts'
import type { RequestContent } from '../../../protocols/cxml/envelope.ts'
import { haveShared, listShared, readShared } from './shared-data.ts'

type Typed<N extends RequestContent['type']> = Extract<RequestContent, { type: N }>

/** The content of `fixtures/cxml/<path>.xml`, which must be of this type and have no findings. */
export function fixture<N extends RequestContent['type']>(type: N, path: string): Typed<N> {
  const bytes = readFileSync(join(import.meta.dirname, '../../../fixtures/cxml', `${path}.xml`))
  const document = decode(bytes)
  expect(document.findings.filter((f) => f.code !== 'timestamp-utc-z')).toEqual([])
  return contentOf(type, document)
}

export function contentOf<N extends RequestContent['type']>(type: N, { content }: CxmlDocument): Typed<N> {
  if (content?.type !== type) throw new Error(`it holds ${content?.type}, not ${type}`)
  return content as Typed<N>
}

/** Paths of the corpus documents that hold this element. */
export function samplesOf(type: RequestContent['type']): string[] {
  if (!haveShared('cxml-samples')) return []
  return listShared('cxml-samples', '.xml').filter((f) => new TextDecoder().decode(readShared(f)).includes(`<${type}`))
}
