// The import matrix and the doors of src/README.md, read from the import lines.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const ROOMS = ['src', 'protocols', 'connectors', 'payment-providers', 'jobs']

/** May use those to their left. */
const NOUNS = [
  'audit',
  'mail',
  'accounts',
  'storefronts',
  'sign-in',
  'partners',
  'documents',
  'erp',
  'credit',
  'budgets',
  'approvals',
  'punchout',
  'orders',
  'shipments',
  'invoices',
  'payments',
  'requisitions',
  'quotes',
  'returns',
]
const FLOOR =
  /^src\/(money|cart|errors|state-machine|secrets|log|token-signer|hub|config|outgoing-http)\.ts$|^src\/database\//

interface Import {
  file: string
  /** A path of ours, or a package name. */
  target: string
  typeOnly: boolean
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
}

const files = ROOMS.flatMap(filesBelow)
const imports: Import[] = files.flatMap((file) => {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const statements = source.matchAll(/^(?:import|export)\s(type\s)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)
  const dynamic = source.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [
    ...[...statements].map(([, type, name = '']) => ({
      file,
      target: resolveName(file, name),
      typeOnly: Boolean(type),
    })),
    ...[...dynamic].map(([, name = '']) => ({ file, target: resolveName(file, name), typeOnly: false })),
  ]
})

function resolveName(file: string, name: string): string {
  if (name.startsWith('.')) return normalize(join(dirname(file), name))
  return name.startsWith('@')
    ? name.split('/').slice(0, 2).join('/')
    : (name.replace(/^node:/, '').split('/')[0] ?? name)
}

const isOurs = (target: string) => ROOMS.some((room) => target.startsWith(`${room}/`))

/** Every import of `from` that no rule lets through, as a line to read. */
function offences(from: RegExp, allowed: (i: Import) => boolean): string[] {
  return imports
    .filter((i) => from.test(i.file) && isOurs(i.target) && !allowed(i))
    .map((i) => `${i.file} imports ${i.typeOnly ? 'type ' : ''}${i.target}`)
}

const nounOf = (path: string) => NOUNS.find((noun) => path.startsWith(`src/${noun}/`))

describe('the import matrix', () => {
  it('finds the files it is about', () => {
    expect(files.length).toBeGreaterThan(60)
    expect(imports.length).toBeGreaterThan(200)
  })

  it('lets a protocol use its own folder, the auto-submit form and the reading of XML only', () => {
    const shared = /^protocols\/(auto-submit-form|cxml\/(charset|cxml-error|xml|xml-element))\.ts$/
    const allowed = (i: Import) => dirname(i.file).split('/')[1] === i.target.split('/')[1] || shared.test(i.target)
    expect(offences(/^protocols\/\w+\//, (i) => i.target.startsWith('protocols/') && allowed(i))).toEqual([])
    expect(offences(/^protocols\/[\w-]+\.ts$/, () => false)).toEqual([])
  })

  it('lets a connector use its own folder, the interface and what connectors share only', () => {
    const shared = /^connectors\/(connector|erp-error|http-client|change-cursor|decimal)\.ts$/
    const own = (i: Import) =>
      dirname(i.target) === dirname(i.file) || dirname(i.target).startsWith(`${dirname(i.file)}/`)
    expect(offences(/^connectors\/[\w-]+\//, (i) => shared.test(i.target) || own(i))).toEqual([])
  })

  it('lets a payment provider use the interface only; payments, http and jobs use it', () => {
    const shared = /^payment-providers\/(payment-provider|mollie)\.ts$/
    expect(offences(/^payment-providers\//, (i) => shared.test(i.target))).toEqual([])
    const users = /^src\/(payments|http)\/|^jobs\//
    const others = imports.filter((i) => i.target.startsWith('payment-providers/') && !users.test(i.file))
    expect(others.filter((i) => !i.file.startsWith('payment-providers/')).map((i) => i.file)).toEqual([])
  })

  it('lets a noun use its own room, the floor and the nouns to its left', () => {
    const problems = NOUNS.flatMap((noun, rank) =>
      offences(new RegExp(`^src/${noun}/`), (i) => {
        const other = nounOf(i.target)
        return (
          FLOOR.test(i.target) ||
          i.target.startsWith('src/queue/outbox') ||
          // The ERP's vocabulary, for the files that take its word; only erp/ knows a connector that is open.
          (i.target === 'connectors/connector.ts' && i.typeOnly) ||
          (i.target === 'connectors/erp-error.ts' && i.file.startsWith('src/erp/')) ||
          (i.target.startsWith('payment-providers/') && i.file.startsWith('src/payments/')) ||
          (other !== undefined && NOUNS.indexOf(other) <= rank)
        )
      }),
    )
    expect(problems).toEqual([])
  })

  it('lets stores write their own noun only: others use what reads', () => {
    const store = /-store\.ts$/
    const reads = /^(find|list|lock|adopt|Session|Edit|Earlier|type )/
    const problems = imports
      .filter((i) => store.test(i.target) && nounOf(i.file) !== undefined && nounOf(i.file) !== nounOf(i.target))
      .filter((i) => {
        const source = readFileSync(join(ROOT, i.file), 'utf8')
        const name = i.target.split('/').at(-1)
        const names = new RegExp(`import (?:type )?\\{([^}]*)\\} from '[^']*${name}'`).exec(source)?.[1] ?? ''
        return !names.split(',').every((n) => reads.test(n.trim()) || n.trim() === '')
      })
    expect(problems.map((i) => `${i.file} writes through ${i.target}`)).toEqual([])
  })

  it('lets mapping see protocols and nouns, never stores, doors or the database', () => {
    const allowed = (i: Import) =>
      (i.target.startsWith('protocols/') ||
        i.target === 'connectors/connector.ts' ||
        nounOf(i.target) !== undefined ||
        FLOOR.test(i.target) ||
        i.target.startsWith('src/mapping/')) &&
      !/-store\.ts$/.test(i.target) &&
      !i.target.startsWith('src/database/')
    expect(offences(/^src\/mapping\//, allowed)).toEqual([])
  })

  it('keeps http, jobs and demo out of every other room', () => {
    const composition = /^src\/(assemble|server|worker|migrate|client|run-jobs)\.ts$/
    const problems = imports.filter(
      (i) =>
        (/^src\/http\//.test(i.target) && !/^src\/http\//.test(i.file) && !composition.test(i.file)) ||
        (/^jobs\//.test(i.target) && !/^jobs\//.test(i.file) && !composition.test(i.file)) ||
        (/^src\/demo\//.test(i.target) && !/^src\/demo\//.test(i.file) && !composition.test(i.file)),
    )
    expect(problems.map((i) => `${i.file} imports ${i.target}`)).toEqual([])
  })

  it('lets the demo storefront and simulator reach the hub over HTTP only; the seed alone writes', () => {
    const allowed = (i: Import) => /^(protocols|src\/demo)\//.test(i.target) || /^src\/(cart|money)\.ts$/.test(i.target)
    expect(offences(/^src\/demo\/(?!seed\.ts)/, allowed)).toEqual([])
  })
})

describe('the doors', () => {
  const doors: Record<string, RegExp> = {
    'fast-xml-parser': /^protocols\/cxml\/xml\.ts$/,
    'iconv-lite': /^protocols\/|^src\/mapping\/transliterate\.ts$/,
    knex: /^src\/database\/|^src\/queue\//,
    '@node-rs/argon2': /^src\/sign-in\//,
    'openid-client': /^src\/sign-in\//,
    otpauth: /^src\/sign-in\//,
    qrcode: /^src\/(sign-in|http)\//,
    nodemailer: /^src\/mail\//,
    pg: /^src\/database\/|^src\/queue\/backend\.ts$/,
    express: /^src\/http\/|^src\/demo\//,
    bullmq: /^src\/queue\/|^jobs\/run\.ts$/,
    ioredis: /^src\/queue\//,
    jose: /^src\/token-signer\.ts$|^src\/demo\//,
    http: /^src\/(outgoing-http|server|documents\/http-message)\.ts$/,
    https: /^src\/outgoing-http\.ts$/,
    pdfkit: /^src\/invoices\/invoice-pdf\.ts$/,
    standardwebhooks: /^src\/storefronts\/send-webhook\.ts$/,
    'csv-parse': /^connectors\/flat-file\//,
    'csv-stringify': /^connectors\/flat-file\/|^src\/http\//,
    'ssh2-sftp-client': /^connectors\/flat-file\//,
    pino: /^src\/(log|hub|assemble)\.ts$|^src\/database\/embedded|^src\/queue\/backend\.ts$/,
    'rate-limiter-flexible': /^src\/http\/failure-limit\.ts$/,
    uuid: /^src\/assemble\.ts$/,
    react: /^src\/http\/page\.tsx$|^src\/demo\//,
    'react-dom': /^src\/http\/page\.tsx$|^src\/demo\//,
  }
  it.each(Object.entries(doors))('%s has one', (name, door) => {
    const others = imports
      .filter((i) => i.target === name && !door.test(i.file))
      .filter((i) => !(i.typeOnly && (name === 'pg' || name === 'knex')))
    expect(others.map((i) => i.file)).toEqual([])
  })

  const sources: Record<string, [pattern: RegExp, door: RegExp]> = {
    'process.env': [/\bprocess\.env\b/, /^src\/config\.ts$|^src\/database\/embedded/],
    'the clock': [/\bDate\.now\(|\bnew Date\(\)/, /^src\/assemble\.ts$|^src\/database\/|^src\/demo\/|^jobs\//],
    'random ids': [/\brandomUUID\(|\bv[47]\(\)/, /^src\/assemble\.ts$|^src\/demo\//],
    fetch: [
      /\bfetch\(/,
      /^connectors\/http-client\.ts$|^src\/documents\/send-document\.ts$|^src\/storefronts\/look-up-items\.ts$|^src\/demo\//,
    ],
  }
  it.each(Object.entries(sources))('%s has one', (_name, [pattern, door]) => {
    const code = (file: string) => readFileSync(join(ROOT, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
    expect(files.filter((f) => !door.test(f) && pattern.test(code(f)))).toEqual([])
  })

  it('keeps protocols free of everything outside the bytes', () => {
    const impure = imports.filter(
      (i) =>
        i.file.startsWith('protocols/') && /^(fs|net|http|https|crypto|child_process|os|timers|path)$/.test(i.target),
    )
    expect(impure.map((i) => `${i.file} imports ${i.target}`)).toEqual([])
  })
})

describe('names', () => {
  it('has no barrel, default export or word that means anything', () => {
    const vague = /(^|\/)(index|.*(util|helper|manager|service|repository|dto|misc|common).*)\.tsx?$/i
    expect(files.filter((f) => vague.test(f))).toEqual([])
    expect(files.filter((f) => /^export default /m.test(readFileSync(join(ROOT, f), 'utf8')))).toEqual([])
  })

  it('opens every file with a line that says what it is', () => {
    expect(files.filter((f) => !/^(#!.*\n)?(\/\/|\/\*)/.test(readFileSync(join(ROOT, f), 'utf8')))).toEqual([])
  })
})
