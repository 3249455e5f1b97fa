// The rows of a CSV or JSON file, in the hub's column names, each with the line it begins on.
import { parse } from 'csv-parse'
import type { Cells } from './row.ts'
import { decode, type TextFormat } from './text-format.ts'

export interface FileRow {
  /** Of the file; of the list in a JSON file. */
  line: number
  cells: Cells
}

export interface Rows {
  rows: FileRow[]
  /** Lines that are no rows. */
  bad: BadLine[]
}

export interface BadLine {
  line: number
  reason: string
}

/** `columns`: our name -> the name in the file's header, where it differs. */
export async function readRows(
  name: string,
  bytes: Uint8Array,
  format: TextFormat,
  columns: Readonly<Record<string, string>>,
): Promise<Rows> {
  try {
    return /\.json$/i.test(name) ? readJson(bytes) : await readCsv(bytes, format, columns)
  } catch (error) {
    return { rows: [], bad: [{ line: 1, reason: (error as Error).message }] }
  }
}

async function readCsv(
  bytes: Uint8Array,
  format: TextFormat,
  columns: Readonly<Record<string, string>>,
): Promise<Rows> {
  const ours = new Map(Object.entries(columns).map(([our, theirs]) => [theirs.trim(), our]))
  const bad: BadLine[] = []
  const parser = parse(decode(bytes, format.encoding), {
    delimiter: format.delimiter,
    columns: (header: string[]) => header.map((column) => ours.get(column.trim()) ?? column.trim()),
    bom: true,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      bad.push({ line: (error as { lines?: number } | undefined)?.lines ?? 0, reason: error?.message ?? 'unreadable' })
      return undefined
    },
  })
  const rows: FileRow[] = []
  for await (const { record, info } of parser as AsyncIterable<{ record: Cells; info: { lines: number } }>)
    rows.push({ line: info.lines, cells: record })
  return { rows, bad }
}

/** A list of objects, each flat but for `lines`, a list of flat objects: as many rows. */
function readJson(bytes: Uint8Array): Rows {
  const list: unknown = JSON.parse(decode(bytes, 'utf-8').replace(/^\ufeff/, ''))
  const entries = Array.isArray(list) ? list : [list]
  const rows: FileRow[] = []
  const bad: BadLine[] = []
  for (const [i, entry] of entries.entries()) {
    const line = i + 1
    if (typeof entry !== 'object' || entry === null) bad.push({ line, reason: 'no object' })
    else {
      const { lines, ...header } = entry as { lines?: unknown }
      for (const more of Array.isArray(lines) && lines.length > 0 ? lines : [{}])
        rows.push({ line, cells: asCells({ ...header, ...more }) })
    }
  }
  return { rows, bad }
}

/** JSON's numbers are read as JavaScript writes them: exact up to 15 digits. */
function asCells(values: Record<string, unknown>): Cells {
  const texts = Object.entries(values).map(([name, value]) => [name, value === null ? '' : String(value)])
  return Object.fromEntries(texts)
}
