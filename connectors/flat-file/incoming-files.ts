// The files that came in for a stream, in an order that stays: each gets a number when it is taken, and a cursor is such a number
// and a place in the file. A file goes to archive/ once a later pull's cursor shows that its last record has been kept.
import type { Cursor, Page, PullOptions, StreamName } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { type DropFolder, need, writeAtOnce } from './drop-folder.ts'
import type { FileContent, IncomingFile } from './read-records.ts'
import type { BadLine } from './read-rows.ts'

export interface IncomingOptions {
  /** What the names of the stream's files begin with. */
  prefixes: readonly string[]
  /** How a file is known to be written to its end. */
  complete: 'rename' | 'marker' | 'age'
  /** With `age`: how long nothing was written to it. */
  ageSeconds: number
  badRecords: 'skip' | 'refuse-file'
  maxFileBytes: number
  now(): Date
}

interface Position {
  file: number
  /** Records of it that were given; Infinity = all. */
  records: number
}

interface TakenFile {
  number: number
  path: string
}

const PAGE_SIZE = 100
/** No more reasons than this in the file beside a bad one. */
const MAX_REASONS = 1000

/** Throws ErpError; a file that can't be read is not an error here: it is put aside with the reasons. */
export async function* pullFiles<S extends StreamName>(
  folder: DropFolder,
  stream: S,
  after: Cursor | null,
  read: (file: IncomingFile) => Promise<FileContent<S>>,
  options: IncomingOptions,
  { signal, pageSize = PAGE_SIZE, customerNumbers }: PullOptions = {},
): AsyncGenerator<Page<S>> {
  stopIf(signal, stream)
  await need(folder, 'in')
  const start = readPosition(after)
  const kept = await keptFiles(folder, stream)
  if (start) await acknowledge(folder, stream, kept, start)
  const known = kept.map((file) => file.number)
  let page: Page<S> = { records: [], next: '' }
  for await (const file of filesFrom(start, kept, folder, stream, options, Math.max(0, start?.file ?? 0, ...known))) {
    stopIf(signal, stream)
    const records = await readFile(folder, stream, file, read, options)
    const given = file.number === start?.file ? start.records : 0
    for (const [i, record] of records.entries()) {
      if (i < given) continue
      const last = i === records.length - 1
      page.records.push(record)
      page.next = writePosition({ file: file.number, records: last ? Number.POSITIVE_INFINITY : i + 1 })
      if (page.records.length < pageSize) continue
      yield wantedOf(page, customerNumbers)
      stopIf(signal, stream)
      page = { records: [], next: '' }
    }
  }
  stopIf(signal, stream)
  if (page.records.length > 0) yield wantedOf(page, customerNumbers)
}

function stopIf(signal: AbortSignal | undefined, stream: string): void {
  if (signal?.aborted) throw new ErpError('unreachable', `Reading ${stream}: stopped.`)
}

function wantedOf<S extends StreamName>(page: Page<S>, customerNumbers: readonly string[] | undefined): Page<S> {
  if (!customerNumbers) return page
  const wanted = (record: Page<S>['records'][number]) =>
    'deleted' in record || customerNumbers.includes(record.customerNumber ?? '')
  return { ...page, records: page.records.filter(wanted) }
}

// ---- Cursor

function writePosition({ file, records }: Position): Cursor {
  return `${file}:${Number.isFinite(records) ? records : 'end'}`
}

function readPosition(cursor: Cursor | null): Position | undefined {
  const [, file, records] = /^(\d{1,9}):(\d{1,9}|end)$/.exec(cursor ?? '') ?? []
  if (file === undefined) return undefined
  return { file: Number(file), records: records === 'end' ? Number.POSITIVE_INFINITY : Number(records) }
}

// ---- Files

const KEPT = ['taken', 'archive', 'error'] as const
const NUMBERED = /^(\d{8})-/
const reasonsName = (path: string) => path.replace(/^\w+\//, 'error/').concat('.reasons.txt')

/** All that was ever taken and is still there, oldest first. */
async function keptFiles(folder: DropFolder, stream: string): Promise<TakenFile[]> {
  const files: TakenFile[] = []
  for (const place of KEPT) {
    for (const name of await folder.list(`${place}/${stream}`)) {
      const number = NUMBERED.exec(name)?.[1]
      if (number && !name.endsWith('.reasons.txt'))
        files.push({ number: Number(number), path: `${place}/${stream}/${name}` })
    }
  }
  return files.toSorted((a, b) => a.number - b.number || (a.path < b.path ? -1 : 1))
}

/** What was kept from the position on, then what is new; a new file is taken when its turn comes. */
async function* filesFrom(
  start: Position | undefined,
  kept: TakenFile[],
  folder: DropFolder,
  stream: string,
  options: IncomingOptions,
  highest: number,
): AsyncGenerator<TakenFile> {
  for (const file of kept)
    if (
      !start ||
      file.number > start.file ||
      (file.number === start.file && start.records !== Number.POSITIVE_INFINITY)
    )
      yield file
  let number = highest
  for (const name of await arrivals(folder, options)) {
    number++
    const path = `taken/${stream}/${number.toString().padStart(8, '0')}-${name}`
    if (await folder.move(`in/${name}`, path)) yield { number, path }
    if (options.complete === 'marker') await folder.remove(`in/${name}.done`)
  }
}

/** Complete files of the stream in in/, oldest first. */
async function arrivals(folder: DropFolder, options: IncomingOptions): Promise<string[]> {
  const names = await folder.list('in')
  const present = new Set(names)
  const found: { name: string; modifiedAt: string }[] = []
  for (const name of names) {
    const lower = name.toLowerCase()
    if (!/^[^.].*\.(csv|txt|json)$/.test(lower) || !options.prefixes.some((prefix) => lower.startsWith(prefix)))
      continue
    if (options.complete === 'marker' && !present.has(`${name}.done`)) continue
    const facts = await folder.facts(`in/${name}`)
    if (!facts) continue
    const age = options.now().getTime() - Date.parse(facts.modifiedAt)
    if (options.complete === 'age' && age < options.ageSeconds * 1000) continue
    found.push({ name, modifiedAt: facts.modifiedAt })
  }
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return found.toSorted((a, b) => order(a.modifiedAt, b.modifiedAt) || order(a.name, b.name)).map((file) => file.name)
}

/** The hub has kept everything up to here: what it came from may go. */
async function acknowledge(folder: DropFolder, stream: string, kept: TakenFile[], upTo: Position): Promise<void> {
  for (const { number, path } of kept) {
    const done = number < upTo.file || (number === upTo.file && upTo.records === Number.POSITIVE_INFINITY)
    if (done && path.startsWith(`taken/${stream}/`)) await putAway(folder, path)
  }
}

async function putAway(folder: DropFolder, path: string): Promise<void> {
  const bad = await folder.facts(reasonsName(path))
  await folder.move(path, path.replace(/^taken/, bad ? 'error' : 'archive'))
}

/** Records of the file that may be given; reasons are written for those that can't. */
async function readFile<S extends StreamName>(
  folder: DropFolder,
  stream: string,
  { path }: TakenFile,
  read: (file: IncomingFile) => Promise<FileContent<S>>,
  options: IncomingOptions,
): Promise<FileContent<S>['records']> {
  const facts = await folder.facts(path)
  if (!facts) return []
  const name = path.split('/').at(-1) ?? path
  const bytes = facts.size > options.maxFileBytes ? undefined : await folder.read(path)
  if (bytes && bytes.length !== facts.size)
    throw new ErpError('unreachable', `${path} was written to while it was read.`)
  const tooLarge = { records: [], bad: [{ line: 0, reason: `larger than ${options.maxFileBytes} bytes` }] }
  const { records, bad } = bytes ? await read({ name, bytes, modifiedAt: facts.modifiedAt }) : tooLarge
  if (bad.length > 0 && path.startsWith('taken/')) await writeReasons(folder, path, bad)
  const good = bad.length > 0 && options.badRecords === 'refuse-file' ? [] : records
  // Nothing of it will be acknowledged, so it goes at once.
  if (good.length === 0 && path.startsWith(`taken/${stream}/`)) await putAway(folder, path)
  return good
}

async function writeReasons(folder: DropFolder, path: string, bad: BadLine[]): Promise<void> {
  const more = bad.length > MAX_REASONS ? `... and ${bad.length - MAX_REASONS} more\n` : ''
  const text = bad.slice(0, MAX_REASONS).map(({ line, reason }) => `line ${line}: ${reason}\n`)
  await writeAtOnce(folder, reasonsName(path), Buffer.from(text.join('') + more))
}
