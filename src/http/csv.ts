// CSV (RFC 4180) as it streams out: a header, then rows batch by batch, no faster than the caller reads. UTF-8, CRLF.
import type { Response } from 'express'
import { DECIMAL } from '../money.ts'

/** Columns: heading -> value of a row. */
export type Columns<T> = Readonly<Record<string, (row: T) => string | number | boolean | Date | null>>

/** Answers with a table. An error on the way breaks the answer off, so that nobody takes half for the whole. */
export async function sendCsv<T>(
  res: Response,
  fileName: string,
  columns: Columns<T>,
  batches: AsyncIterable<readonly T[]>,
): Promise<void> {
  const cells = Object.values(columns)
  const iterator = batches[Symbol.asyncIterator]()
  // The first batch before the first byte: what goes wrong until then is an error to read, not a broken file.
  let batch = await iterator.next()
  res.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${fileName}"`,
    'Cache-Control': 'private, no-store',
  })
  res.vary('Authorization').vary('Accept')
  res.write(line(Object.keys(columns)))
  try {
    while (!batch.done && !res.destroyed && res.req.method !== 'HEAD') {
      const text = batch.value.map((row) => line(cells.map((cell) => textOf(cell(row))))).join('')
      if (!res.write(text)) await drained(res)
      batch = await iterator.next()
    }
  } finally {
    await iterator.return?.()
  }
  res.end()
}

function drained(res: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done)
      resolve()
    }
    res.once('drain', done).once('close', done)
    if (res.destroyed) done()
  })
}

function textOf(value: string | number | boolean | Date | null): string {
  if (value === null) return ''
  return value instanceof Date ? value.toISOString() : String(value)
}

const line = (cells: readonly string[]) => `${cells.map(quoted).join(',')}\r\n`

/**
 * A spreadsheet runs a cell that begins like a formula (OWASP "CSV Injection", the full-width signs too): an apostrophe before it makes
 * it text. A negative number stays one.
 */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && !DECIMAL.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
