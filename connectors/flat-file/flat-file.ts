// Connector: ERPs without an API. Orders go out as files, and everything else comes in as files, in a folder or on an SFTP server.
import { z } from 'zod'
import type {
  CheckResult,
  ConnectorDefinition,
  ErpConnector,
  PullOptions,
  StreamName,
  Surroundings,
} from '../connector.ts'
import { streamNames } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { type DropFolder, need, unfinished } from './drop-folder.ts'
import { pullFiles } from './incoming-files.ts'
import { localFolder } from './local-folder.ts'
import { composeReceipt, sentOrder, writeOrder } from './outgoing-orders.ts'
import { attempt, type FileContent, type IncomingFile, readRecords, rowsOf } from './read-records.ts'
import { sftpFolder } from './sftp-folder.ts'
import { textFormat } from './text-format.ts'

const here = z.strictObject({
  kind: z.literal('folder'),
  path: z.string().startsWith('/', 'an absolute path').describe('A folder on this machine, or a share mounted here.'),
})

const sftp = z
  .strictObject({
    kind: z.literal('sftp'),
    host: z.string().min(1),
    port: z.int().min(1).max(65535).default(22),
    user: z.string().min(1),
    password: z.string().min(1).meta({ secret: true }).optional(),
    privateKey: z.string().includes('PRIVATE KEY').meta({ secret: true }).optional().describe('OpenSSH or PEM.'),
    passphrase: z.string().min(1).meta({ secret: true }).optional().describe('Of the private key.'),
    hostKey: z
      .string()
      .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'SHA256:... as ssh-keygen -lf prints it')
      .describe("Fingerprint of the server's key."),
    path: z.string().min(1).default('.'),
  })
  .refine((login) => login.password || login.privateKey, { path: ['password'], error: 'a password or a private key' })

const prefixes = {
  orders: 'orders',
  receipts: 'receipts',
  shipments: 'shipments',
  invoices: 'invoices',
  openItems: 'open-items',
  balances: 'balances',
  creditLimits: 'credit-limits',
  customers: 'customers',
  shipTos: 'ship-tos',
  prices: 'prices',
}
type FileKind = keyof typeof prefixes
const kinds = Object.keys(prefixes) as [FileKind, ...FileKind[]]

const config = z.strictObject({
  place: z.discriminatedUnion('kind', [here, sftp]),
  orderFiles: z.enum(['json', 'csv']).default('json').describe('What is written to out/.'),
  format: textFormat.prefault({}),
  prefixes: z.partialRecord(z.enum(kinds), z.string().min(1).toLowerCase()).default({}).describe('Where names differ.'),
  columns: z
    .partialRecord(z.enum(kinds), z.record(z.string(), z.string()))
    .default({})
    .describe('Per kind of file: our column name, and the one in the header.'),
  complete: z.enum(['rename', 'marker', 'age']).default('rename').describe('How a file is known to be complete.'),
  ageSeconds: z.int().min(1).default(60).describe('With "age": how long nothing was written to it.'),
  badRecords: z.enum(['skip', 'refuse-file']).default('skip').describe('What becomes of the rest of the file.'),
  maxFileBytes: z
    .int()
    .min(1)
    .default(64 * 1024 * 1024),
})
export type FlatFileConfig = z.output<typeof config>

export const flatFile: ConnectorDefinition<FlatFileConfig> = {
  id: 'flat-file',
  title: 'Files in a folder or on SFTP',
  summary: 'For ERPs without an API: orders go out as CSV or JSON files, everything else comes in as files.',
  config,
  capabilities: { pushOrder: true, changeOrder: false, cancelOrder: false, invoicePdf: true, streams: streamNames },
  connect: connectFlatFile,
}

function connectFlatFile(settings: FlatFileConfig, { now, onExchange }: Surroundings): ErpConnector {
  const { place, format, columns, orderFiles } = settings
  const folder = place.kind === 'sftp' ? sftpFolder(place) : localFolder(place.path)
  let pushing: Promise<unknown> = Promise.resolve()

  /** Tells of what was done in the folder, and how long it took. */
  async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now()
    const milliseconds = () => Math.round(performance.now() - begun)
    try {
      const result = await work()
      onExchange?.({ what, milliseconds: milliseconds() })
      return result
    } catch (error) {
      const known = error instanceof ErpError ? error : unexpected(what, error)
      onExchange?.({ what, milliseconds: milliseconds(), error: known })
      throw known
    }
  }

  async function* pull<S extends StreamName>(stream: S, after: string | null, options?: PullOptions) {
    const own: FileKind[] = stream === 'orders' ? ['orders', 'receipts'] : [stream]
    const used = own.map((kind) => settings.prefixes[kind] ?? prefixes[kind])
    const read = (file: IncomingFile) => readFile(folder, stream, file, settings)
    const pages = pullFiles(folder, stream, after, read, { ...settings, prefixes: used, now }, options)
    for (;;) {
      const page = await told(`pull ${stream}`, () => pages.next())
      if (page.done) return
      yield page.value
    }
  }

  return {
    check: () => check(folder, place.path),
    pushOrder(draft, onceKey, signal) {
      // One after the other: two of one key must not both find nothing.
      const push = async () => {
        if (signal?.aborted) throw new ErpError('unreachable', 'Writing the order: stopped before it began.')
        return writeOrder(folder, draft, onceKey, orderFiles, format)
      }
      const pushed = pushing.then(() => told(`write order-${onceKey}`, push))
      pushing = pushed.catch(() => undefined)
      return pushed
    },
    pull,
    fetchInvoicePdf: (erpId) => told(`read pdf/${erpId}.pdf`, () => readPdf(folder, erpId)),
    close: () => folder.close(),
  }

  function readFile<S extends StreamName>(of: DropFolder, stream: S, file: IncomingFile, options: FlatFileConfig) {
    const receipts = options.prefixes.receipts ?? prefixes.receipts
    const isReceipt = stream === 'orders' && file.name.replace(/^\d+-/, '').toLowerCase().startsWith(receipts)
    const reading = { format, columns }
    return isReceipt ? (readReceipts(of, file, reading) as Promise<FileContent<S>>) : readRecords(stream, file, reading)
  }
}

async function readReceipts(
  folder: DropFolder,
  file: IncomingFile,
  reading: Parameters<typeof rowsOf>[2],
): Promise<FileContent<'orders'>> {
  const { rows, bad } = await rowsOf('receipts', file, reading)
  const records: FileContent<'orders'>['records'] = []
  for (const { line, row } of rows) {
    const draft = await sentOrder(folder, row.optional('onceKey') ?? '')
    attempt(line, bad, () => records.push(composeReceipt(row, draft)))
  }
  return { records, bad: bad.toSorted((a, b) => a.line - b.line) }
}

/** The ERP lays its PDFs down under the invoice's id. */
async function readPdf(folder: DropFolder, erpId: string): Promise<Uint8Array> {
  const path = `pdf/${erpId}.pdf`
  if (/[/\\]|^\./.test(erpId) || !(await folder.facts(path)))
    throw new ErpError('refused', `There is no ${path} in the folder.`)
  return folder.read(path)
}

/** Looks into the folder, and tries whether files can be written, renamed and removed. */
async function check(folder: DropFolder, path: string): Promise<CheckResult> {
  const steps: CheckResult['steps'] = []
  const step = async (name: string, work: () => Promise<string>) => {
    if (steps.some((earlier) => !earlier.ok)) return
    try {
      steps.push({ name, ok: true, message: await work() })
    } catch (error) {
      steps.push({ name, ok: false, message: (error as Error).message })
    }
  }
  await step('Folder', async () => {
    await need(folder, 'in')
    await need(folder, 'out')
    return `The folder ${path} is there, with ${(await folder.list('in')).length} files in in/.`
  })
  await step('Rights', async () => {
    const test = 'sent/check.txt'
    await folder.write(unfinished(test), Buffer.from('The hub tries whether it may write here.'))
    await folder.move(unfinished(test), test)
    await folder.remove(test)
    return 'Files can be written, renamed and removed.'
  })
  const failed = steps.find((done) => !done.ok)
  const message = failed?.message ?? `The folder ${path} can be used.`
  return { ok: !failed, message, steps }
}

function unexpected(what: string, error: unknown): ErpError {
  return new ErpError('unintelligible', `${what}: ${(error as Error).message}`, { cause: error })
}
