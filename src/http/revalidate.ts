// HTTP caching of what the storefront API answers: kept by whoever asked, and asked for again each time, cheaply (RFC 9110 13.1.2,
// RFC 9111 5.2.2.4). Express answers 304 where the tag is the one the caller has.
import { createHash } from 'node:crypto'
import type { Response } from 'express'

/**
 * Answers with JSON and its tag, or with 304. The weak tag leaves out `erp.asOf` and `syncedUntil`, which move with every look at the ERP
 * though nothing else does; that data has become stale, and how long, is in the tag. The text is made once, for the tag and to be sent.
 */
export function answerRevalidated(res: Response, answer: object): void {
  const { erp, syncedUntil, ...rest } = answer as { erp?: unknown; syncedUntil?: string }
  const text = JSON.stringify(rest)
  const labels = JSON.stringify(erp, (key, value) => (key === 'asOf' ? undefined : value))
  const tag = createHash('sha1').update(text).update(`${labels}`).digest('base64url')
  setCacheHeaders(res)
  res.set('ETag', `W/"${tag}"`).type('json')
  const more = JSON.stringify({ syncedUntil, erp })
  // Every answer has something that is not of the ERP.
  res.send(more === '{}' ? text : `${text.slice(0, -1)},${more.slice(1)}`)
}

/** For answers of bytes; Express tags them. */
export function setCacheHeaders(res: Response): void {
  // It tells caches to ask the origin (RFC 9111 5.2.1.4), and fetch sends it with every If-None-Match. Express would never say 304.
  delete res.req.headers['cache-control']
  res.set({ 'Cache-Control': 'private, no-cache' })
  res.vary('Authorization').vary('Accept')
}
