// A whole file -> its records, and what of it can't be read, line by line.
import type { StreamName, StreamRecord, Tombstone } from '../connector.ts'
import { type BadLine, readRows } from './read-rows.ts'
import { compose, idColumns } from './records.ts'
import { BadRow, makeRow, type Row } from './row.ts'
import type { TextFormat } from './text-format.ts'

export interface FileContent<S extends StreamName> {
  records: (StreamRecord[S] | Tombstone)[]
  bad: BadLine[]
}

export interface IncomingFile {
  name: string
  bytes: Uint8Array
  /** ISO 8601; stands for a `changedAt` the file doesn't say. */
  modifiedAt: string
}

export interface ReadingOptions {
  format: TextFormat
  /** Per kind of file: our column -> theirs. */
  columns: Partial<Record<string, Record<string, string>>>
}

interface Group {
  id: string
  line: number
  rows: [Row, ...Row[]]
}

/** Throws nothing: all that is wrong is in `bad`. */
export async function readRecords<S extends StreamName>(
  stream: S,
  file: IncomingFile,
  options: ReadingOptions,
): Promise<FileContent<S>> {
  const { rows, bad } = await rowsOf(stream, file, options)
  const groups: Group[] = []
  for (const { line, row } of rows)
    attempt(line, bad, () => {
      const id = idColumns[stream](row)
      const last = groups.at(-1)
      // Rows of a CSV file are lines of one record while the id stays; an entry of a JSON file is one of its own.
      const goesOn = last?.id === id && hasLines.has(stream) && (!isJson(file) || last.line === line)
      if (goesOn) last.rows.push(row)
      else groups.push({ id, line, rows: [row] })
    })
  const doubtful = hasLines.has(stream) && !isJson(file) ? besides(bad, groups) : new Set()
  const records: FileContent<S>['records'] = []
  for (const group of groups)
    attempt(group.line, bad, () => {
      if (doubtful.has(group)) throw new BadRow(`${group.id} may lack a line: one beside it can't be read`)
      const deleted = group.rows[0].flag('deleted')
      records.push(deleted ? { deleted: true, erpId: group.id } : whole(compose[stream](group.rows)))
    })
  return { records, bad: bad.toSorted((a, b) => a.line - b.line) }
}

/** Rows of a file of this kind, with what they are read by. */
export async function rowsOf(
  kind: string,
  file: IncomingFile,
  { format, columns }: ReadingOptions,
): Promise<{ rows: { line: number; row: Row }[]; bad: BadLine[] }> {
  const { rows, bad } = await readRows(file.name, file.bytes, format, columns[kind] ?? {})
  const used = isJson(file) ? { ...format, decimalComma: false, dates: 'yyyy-mm-dd' as const } : format
  return { rows: rows.map(({ line, cells }) => ({ line, row: makeRow(cells, used, file.modifiedAt) })), bad }
}

/** Does `work`; a BadRow it throws is put down for its line. */
export function attempt(line: number, bad: BadLine[], work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof BadRow)) throw error
    bad.push({ line, reason: error.message })
  }
}

const isJson = ({ name }: IncomingFile) => /\.json$/i.test(name)

/** Throws BadRow when two rows say they are the same line: two states of a record, one after the other. */
function whole<R extends object>(record: R): R {
  const ids = 'lines' in record ? (record.lines as { erpLineId: string }[]).map((line) => line.erpLineId) : []
  const twice = ids.find((id, i) => ids.indexOf(id) < i)
  if (twice !== undefined) throw new BadRow(`there are two lines ${twice}`)
  return record
}

const hasLines = new Set<StreamName>(['orders', 'shipments', 'invoices'])

/** Records before and after a line that can't be read: it may be theirs, and an order must not come in with a line missing. */
function besides(bad: BadLine[], groups: Group[]): Set<Group> {
  const found = new Set<Group>()
  for (const { line } of bad) {
    const before = groups.findLast((group) => group.line < line)
    const after = groups.find((group) => group.line > line)
    for (const group of [before, after]) if (group) found.add(group)
  }
  return found
}
