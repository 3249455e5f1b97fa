// Wire documents as an administrator reads them: list, findings, and the bytes with their secrets blanked.

import { z } from 'zod'
import { CxmlError } from '../../protocols/cxml/cxml-error.ts'
import { isMultipart, readMultipart } from '../../protocols/cxml/multipart.ts'
import { redactLogin } from '../../protocols/oci/login.ts'
import type { WireDocument } from '../documents/document.ts'
import { findDocument, findDocumentBytes, listDocuments } from '../documents/document-store.ts'
import { fromHttpMessage, toHttpMessage } from '../documents/http-message.ts'
import { HubError } from '../errors.ts'
import type { Caller } from './authenticate.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Documents'

const shown = z
  .object({
    id: z.uuid(),
    direction: z.enum(['in', 'out']),
    protocol: z.enum(['cxml', 'oci', 'ubl', 'erp']),
    kind: z.string(),
    partnerId: z.uuid().nullable(),
    sessionId: z.uuid().nullable(),
    payloadId: z.string().nullable(),
    mode: z.enum(['test', 'production']).nullable(),
    contentType: z.string(),
    size: z.int(),
    sha256: z.string(),
    statusCode: z.int().nullable(),
    findings: z.array(z.object({ code: z.string(), message: z.string(), path: z.string().optional() })),
    inReplyTo: z.uuid().nullable(),
    duplicateOf: z.uuid().nullable(),
    orderId: z.uuid().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'WireDocument' })

function show({ sellerId: _, sha256, ...rest }: WireDocument) {
  return { ...rest, sha256: sha256.toString('hex') }
}

export const documentRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/documents',
    who: 'documents:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'List wire documents, newest first',
    query: pageQuery.extend({
      partnerId: z.uuid().optional(),
      sessionId: z.uuid().optional(),
      orderId: z.uuid().optional(),
      kind: z.string().max(100).optional(),
      direction: z.enum(['in', 'out']).optional(),
    }),
    answer: pageOf(shown),
    async handle(hub, { query, reach }) {
      const { cursor, limit, ...filter } = query
      const rows = await listDocuments(hub.db, { ...filter, sellerId: reach.sellerId }, cursor, limit + 1)
      return asPage(rows, limit, show)
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/documents/:id',
    who: 'documents:read',
    may: 'connection.edit',
    sellers: true,
    tag: TAG,
    summary: 'Read what is known of a wire document',
    answer: shown,
    async handle(hub, { params, reach }) {
      const document = await findDocument(hub.db, reach.sellerId, params.id ?? '')
      if (!document) throw new HubError('not_found', 'There is no such document.')
      return show(document)
    },
  }),
  {
    method: 'get',
    path: '/api/v1/documents/:id/content',
    who: 'documents:read',
    may: 'connection.edit',
    sellers: true,
    summary: 'Read the document itself',
    api: {
      tag: TAG,
      status: 200,
      produces: 'text/plain',
      description:
        'The stored bytes with SharedSecret and PASSWORD blanked, as text to read, never as a page to run. Of a multipart message whose document came encoded (base64), the document alone.',
    },
    async handle(hub, req, res) {
      const { sellerId } = (res.locals.caller as Caller).reach
      const id = String(req.params.id)
      const document = await findDocument(hub.db, sellerId, id)
      const bytes = document && (await findDocumentBytes(hub.db, hub.keys, sellerId, id))
      if (!document || bytes === undefined) throw new HubError('not_found', 'There is no such document.')
      if (bytes === null)
        throw new HubError('code_spent', 'The bytes of this document were purged; what is known of it stays.')
      const charset = /charset="?([\w-]+)/i.exec(document.contentType)?.[1] ?? 'utf-8'
      res.set({
        'Content-Type': `text/plain; charset=${charset}`,
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      })
      res.send(document.protocol === 'oci' ? blankCallUp(bytes) : blankSecrets(unencoded(bytes, document.contentType)))
    },
  },
]

/** The document of a multipart message that came in a transfer encoding, in which no secret would be seen; else what is stored. */
function unencoded(bytes: Buffer, contentType: string): Buffer {
  if (!isMultipart(contentType)) return bytes
  try {
    const { root } = readMultipart(bytes, contentType)
    const document = Buffer.from(root.bytes)
    return bytes.includes(document) ? bytes : document
  } catch (error) {
    if (error instanceof CxmlError) return bytes
    throw error
  }
}

/** A stored OCI request with its passwords blanked, in the address and in the body. */
function blankCallUp(bytes: Buffer): Buffer {
  const { line, headers, body } = fromHttpMessage(bytes)
  return toHttpMessage({ line: redactLogin(line), headers, body: Buffer.from(redactLogin(body), 'latin1') })
}

/**
 * Blanks the content of SharedSecret elements. Works on latin1 text so that every other byte, in any
 * ASCII-based encoding, stays what it was.
 */
export function blankSecrets(bytes: Buffer): Buffer {
  const utf16 =
    bytes.length >= 2 &&
    (bytes.readUInt16BE(0) === 0xfffe ||
      bytes.readUInt16BE(0) === 0xfeff ||
      bytes.indexOf(0) === 1 ||
      bytes.indexOf(0) === 0)
  if (utf16) {
    const bigEndian = bytes[0] === 0xfe || bytes[0] === 0
    const little = bigEndian
      ? Buffer.from(bytes)
          .subarray(0, bytes.length & ~1)
          .swap16()
      : bytes
    const blanked = Buffer.from(blank(little.toString('utf16le')), 'utf16le')
    return bigEndian ? blanked.swap16() : blanked
  }
  return Buffer.from(blank(bytes.toString('latin1')), 'latin1')
}

function blank(text: string): string {
  return (
    text
      .replace(/(<(?:\w+:)?SharedSecret\b[^>]*>)[\s\S]*?(<\/(?:\w+:)?SharedSecret\s*>)/gi, '$1[blanked]$2')
      // A purchasing card's number and what proves it.
      .replace(/(<(?:\w+:)?PCard\b[^>]*?\b(?:number|cvv|securityCode)\s*=\s*)("[^"]*"|'[^']*')/gi, '$1"[blanked]"')
      .replace(/(<(?:\w+:)?CredentialMac\b[^>]*>)[\s\S]*?(<\/(?:\w+:)?CredentialMac\s*>)/gi, '$1[blanked]$2')
  )
}
