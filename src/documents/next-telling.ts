// Which telling of a subject comes next: nothing where it was told so already, else the words that keep it from being told twice, and
// the document it follows. Pure.
import { sha256 } from '../secrets.ts'

export interface EarlierTelling {
  telling: string
  payloadId: string | null
}

export interface NextTelling {
  operation: 'new' | 'update' | 'delete'
  /** The supplier's number of it, which stays what it was at first. */
  number: string
  /** For `tellPartner`: `LS-70031 <hash of the content>`, short enough for an index whatever there is to tell. */
  telling: string
  /** The telling before it; null on `new`. */
  previousPayloadId: string | null
}

/** Marks what was told before, with another telling in between. */
const REPEAT = / #\d+$/
const DELETED = 'deleted'

/** What was told last, under which number; null = nothing, or it was taken back. */
export function lastTold(earlier: readonly EarlierTelling[]): { number: string; payloadId: string | null } | null {
  const last = earlier.at(-1)
  const words = last?.telling.replace(REPEAT, '') ?? ''
  const end = words.lastIndexOf(' ')
  return !last || words.slice(end + 1) === DELETED ? null : { number: words.slice(0, end), payloadId: last.payloadId }
}

/**
 * `earlier` is every telling of the subject to this partner, newest last; `content` what is to be told, anything JSON can hold, or null
 * = there is nothing (any more). Returns null when nothing has to be told. After a delete the subject is new again.
 */
export function nextTelling(earlier: readonly EarlierTelling[], number: string, content: unknown): NextTelling | null {
  const last = lastTold(earlier)
  if (content === null && !last) return null
  const kept = last?.number ?? number
  const words = `${kept} ${content === null ? DELETED : sha256(JSON.stringify(content)).toString('base64url')}`
  const before = earlier.map((e) => e.telling.replace(REPEAT, ''))
  if (words === before.at(-1)) return null
  return {
    operation: content === null ? 'delete' : last ? 'update' : 'new',
    number: kept,
    telling: before.includes(words) ? `${words} #${earlier.length + 1}` : words,
    previousPayloadId: last?.payloadId ?? null,
  }
}
