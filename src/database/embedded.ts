// The PostgreSQL that a hub without DATABASE_URL runs for itself: real server binaries from npm, data in the data folder. pg_ctl
// starts it in a session of its own, so a Ctrl-C in the terminal reaches the hub alone, which drains first and stops it last.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, readdir, readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { EmbeddedPostgresError, findPlace, type Place, run } from './embedded-place.ts'
import { isAlive, withStartLock } from './start-lock.ts'

export interface EmbeddedPostgres {
  /** Address of the hub's database, with the password in it: never log it. */
  url: string
  /** An owner's stops the server, a guest's does nothing. Safe to call twice. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  dataDir: string
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** The owner starts and stops the server; a guest, such as a worker process, attaches to a running one. Default: owner. */
  role?: 'owner' | 'guest'
  /** Server settings on top of ours, for tests: `{ fsync: 'off' }`. */
  settings?: Record<string, string>
}

/** The owner's advisory lock in the database `postgres`: freed by the server the moment the owner dies, however it dies. */
const OWNER_LOCK = 4_815_162_342
const OWNER_NAME = 'procurement-hub owner, process '
const START_TRIES = 40
/** A minute and more: recovery after a crash takes as long as the write-ahead log is. */
const ANSWER_LOOKS = 600

/**
 * Starts the data folder's own PostgreSQL, or adopts one whose hub was killed, or (role guest) attaches to a running one.
 * Throws EmbeddedPostgresError with what to do about it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log, role = 'owner', settings = {} } = options
  if (role === 'guest') return attach(dataDir, log)
  const place = await findPlace(dataDir, log)
  let owner: Session | undefined
  let stopping = false
  let reviving: Promise<void> | undefined

  const own = () =>
    withStartLock(join(place.home, 'starting'), async () => {
      const password = await prepareData(place, log)
      const port = (await findRunning(place, password)) ?? (await start(place, settings))
      const session = await connect({ port, password, database: 'postgres', name: OWNER_NAME + process.pid })
      await claim(session, dataDir)
      await createHubDatabase(session)
      return { session, port, password }
    })

  /** A killed server, or one that restarted after a crash of its own, takes the owner's session with it. */
  const guard = (session: Session) => {
    owner = session
    session.on('end', () => {
      if (stopping) return
      log.warn('The embedded PostgreSQL went away: starting it again')
      reviving = own().then(
        (again) => guard(again.session),
        (error) => log.error({ err: error }, 'The embedded PostgreSQL could not be started again'),
      )
    })
  }

  const { session, port, password } = await own()
  guard(session)
  return {
    url: urlOf(port, password, 'hub'),
    async stop() {
      if (stopping) return
      stopping = true
      await reviving
      await owner?.end().catch(() => undefined)
      await stopServer(place, log)
    },
  }
}

async function attach(dataDir: string, log: EmbeddedPostgresOptions['log']): Promise<EmbeddedPostgres> {
  const none = () =>
    new EmbeddedPostgresError(
      `No hub is running on ${dataDir}. Start the hub first (npm start), or set DATABASE_URL to a PostgreSQL of your own.`,
    )
  if (!existsSync(dataDir)) throw none()
  const place = await findPlace(dataDir, log)
  if (!existsSync(join(place.home, 'password'))) throw none()
  const password = await readFile(join(place.home, 'password'), 'utf8')
  const port = await withStartLock(join(place.home, 'starting'), () => findRunning(place, password))
  if (port === undefined) throw none()
  return { url: urlOf(port, password, 'hub'), stop: async () => undefined }
}

/** Makes the data once; a folder that was cut short is thrown away. Returns the password. */
async function prepareData(place: Place, log: EmbeddedPostgresOptions['log']): Promise<string> {
  const passwordFile = join(place.home, 'password')
  const data = join(place.home, 'data')
  if (existsSync(join(data, 'PG_VERSION'))) {
    if (!existsSync(passwordFile))
      throw new EmbeddedPostgresError(`${passwordFile} is missing: without it the data beside it can't be opened.`)
    return readFile(passwordFile, 'utf8')
  }
  for (const left of await readdir(place.home))
    if (left === 'data' || left.startsWith('data.'))
      await rm(join(place.home, left), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })

  log.info(`Making a PostgreSQL database in ${data}`)
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (place.user.uid !== undefined) await chown(passwordFile, place.user.uid, place.user.gid ?? place.user.uid)
  // Made beside and moved: `data` is there only when it is whole. The name is new each time, for the initdb of a hub that was
  // killed lives on and still writes into its own.
  const half = join(place.home, `data.${randomBytes(4).toString('hex')}`)
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
  }
  const made = await run(place, join(place.bin, 'initdb'), [
    ...[
      '-D',
      half,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
    ],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions', '--data-checksums'],
    ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  ])
  if (!made.ok) throw new EmbeddedPostgresError(`PostgreSQL could not make its database in ${data}: ${made.output}`)
  await rename(half, data)
  return password
}

/** The port of a server that is up on our data, be it another hub's or left by a killed one. Waits for one that is starting. */
async function findRunning(place: Place, password: string): Promise<number | undefined> {
  const data = join(place.home, 'data')
  for (let looks = 0; looks < ANSWER_LOOKS; looks++) {
    const file = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
    const [pid, , , port] = file.split('\n')
    if (!pid || !isAlive(Number(pid))) return undefined
    const whose = await whoseProcess(Number(pid), data)
    // The id of a dead server went to another program, which PostgreSQL would take for a server if it runs as the same user.
    if (whose === 'another') await rm(join(data, 'postmaster.pid'), { force: true })
    if (whose !== 'server') return undefined
    try {
      const session = await connect({
        port: Number(port),
        password,
        database: 'postgres',
        name: 'procurement-hub look',
      })
      const { rows } = await session.query('SHOW data_directory')
      await session.end()
      if ((await realpath(rows[0].data_directory)) === (await realpath(data))) return Number(port)
    } catch (error) {
      // Starting, recovering or shutting down: it will answer, or its file will go.
      if (!['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03'].includes((error as { code?: string }).code ?? ''))
        throw error
    }
    await sleep(200)
  }
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL on ${data} is there but does not answer. Its log is ${join(place.home, 'log')}.`,
  )
}

/** A server stands in its data folder. Where that can't be seen (macOS, another user's process) it stays undecided. */
async function whoseProcess(pid: number, data: string): Promise<'server' | 'another' | 'hidden'> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data)) ? 'server' : 'another'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'server' : 'hidden'
  }
}

/** Starts the server on the port it had before, or on a free one. Returns the port. */
async function start(place: Place, settings: Record<string, string>): Promise<number> {
  const logFile = join(place.home, 'log')
  const portFile = join(place.home, 'port')
  let port = await freePort(Number(await readFile(portFile, 'utf8').catch(() => '0')) || 0)
  for (let tries = 1; ; tries++) {
    if (existsSync(logFile)) await rename(logFile, `${logFile}.before`)
    const given = Object.entries({ ...settings, port: String(port) }).map(([name, value]) => `-c ${name}=${value}`)
    const started = await run(place, join(place.bin, 'pg_ctl'), [
      'start',
      // Relative to the home it runs in: pg_ctl puts both into a shell command, where a `$` or a quote would do harm.
      '-D',
      'data',
      '-l',
      'log',
      '-w',
      '-t',
      '300',
      '-o',
      given.join(' '),
    ])
    if (started.ok) {
      await writeFile(portFile, String(port))
      return port
    }
    const said = await readFile(logFile, 'utf8').catch(() => started.output)
    // The processes of a killed server take a moment to notice.
    const retry = /could not bind|lock file .* exists|shared memory block .* still in use/.test(said)
    if (!retry || tries === START_TRIES)
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL did not start. Its log, ${logFile}, ends:\n${said.trim().split('\n').slice(-8).join('\n')}`,
      )
    if (/could not bind/.test(said)) port = await freePort(0)
    else await sleep(250)
  }
}

/** `wanted` if nobody listens there, else a port that is free now. */
function freePort(wanted: number): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer()
    probe.once('error', (error) => (wanted === 0 ? failed(error) : freePort(0).then(done, failed)))
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })
}

type Session = pg.Client

async function connect(to: { port: number; password: string; database: string; name: string }): Promise<Session> {
  const session = new pg.Client({
    connectionString: urlOf(to.port, to.password, to.database),
    application_name: to.name,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  })
  // Its end is what counts, and 'end' follows every error.
  session.on('error', () => undefined)
  await session.connect()
  return session
}

/** Takes the owner's lock. A hub that is just shutting down gets three seconds to let go. */
async function claim(session: Session, dataDir: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { rows } = await session.query('SELECT pg_try_advisory_lock($1) AS taken', [OWNER_LOCK])
    if (rows[0].taken) return
    if (tries === 15) break
    await sleep(200)
  }
  const { rows } = await session.query(
    'SELECT application_name FROM pg_stat_activity WHERE application_name LIKE $1 AND pid <> pg_backend_pid()',
    [`${OWNER_NAME}%`],
  )
  await session.end()
  const who = rows.map((row) => row.application_name.slice(OWNER_NAME.length)).join(', ')
  throw new EmbeddedPostgresError(
    `Another hub (process ${who}) is running on ${dataDir}. Stop it, or give this one a HUB_DATA_DIR of its own, or one DATABASE_URL for both.`,
  )
}

async function createHubDatabase(session: Session): Promise<void> {
  const { rowCount } = await session.query("SELECT 1 FROM pg_database WHERE datname = 'hub'")
  if (rowCount === 0) await session.query('CREATE DATABASE hub')
}

async function stopServer(place: Place, log: EmbeddedPostgresOptions['log']): Promise<void> {
  const data = join(place.home, 'data')
  if (!existsSync(join(data, 'postmaster.pid'))) return
  const stop = (mode: string) =>
    run(place, join(place.bin, 'pg_ctl'), ['stop', '-D', data, '-m', mode, '-w', '-t', '30'])
  const { ok, output } = await stop('fast')
  if (ok || !existsSync(join(data, 'postmaster.pid'))) return
  log.warn({ output }, 'The embedded PostgreSQL would not stop: forcing it')
  await stop('immediate')
}

/** sslmode is named so that a PGSSLMODE of whoever starts the hub has no say. */
function urlOf(port: number, password: string, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}?sslmode=disable`
}
