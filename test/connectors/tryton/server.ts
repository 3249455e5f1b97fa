// A Tryton for one test file: a copy of the template that erp/tryton/tryton.sh makes, served on a free port.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The repository, from here and from what the benches are compiled to. */
const ROOT = ['../../..', '../../../..']
  .map((up) => join(import.meta.dirname, up))
  .find((root) => existsSync(join(root, 'erp')))
const SCRIPT = join(ROOT ?? '', 'erp/tryton/tryton.sh')

/** TRYTON_BACKEND=postgresql runs the same tests on a Tryton with a PostgreSQL of its own; two minutes more, the first time. */
const backend = process.env.TRYTON_BACKEND ?? 'sqlite'

/** What the ERP is filled with. */
export const world = JSON.parse(readFileSync(join(ROOT ?? '', 'fixtures/erp/tryton/world.json'), 'utf8'))

/**
 * Are Debian's packages installed? Throws in CI when they are not. The first call on a machine makes the template, which takes
 * longer than a test's hook may.
 */
export function haveTryton(): boolean {
  if (existsSync('/usr/bin/trytond-admin') && existsSync('/usr/bin/uwsgi_python3')) {
    script('template')
    return true
  }
  const message = 'Tryton is not installed (erp/tryton/tryton.sh install): its tests are skipped'
  if (process.env.CI) throw new Error(message)
  console.warn(message)
  return false
}

export interface TrytonServer {
  url: string
  database: string
  /** Settings of a connection, as an admin would type them in. */
  settings: Record<string, unknown>
  /** Ends it, as one would: calls under way are finished. */
  stop(): Promise<void>
  /** kill -9 of all its processes. */
  kill(): Promise<void>
  /** On the same port, with the same database. */
  start(): Promise<void>
  /** Writes to the database past the server, as its admin might. */
  sql(statement: string): void
  /** Stops it and throws its database away. */
  remove(): Promise<void>
}

export async function startTryton(): Promise<TrytonServer> {
  const home = mkdtempSync(join(tmpdir(), 'hub-tryton-'))
  // PostgreSQL runs as another user, who must get through.
  chmodSync(home, 0o711)
  script('make', '--home', home)
  let port = '0'
  let server: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()

  async function start(): Promise<void> {
    rmSync(join(home, 'address'), { force: true })
    // A process group of its own, so that all of it can be killed.
    const child = spawn(SCRIPT, ['run', '--home', home, '--port', port, '--backend', backend], {
      detached: true,
      stdio: 'ignore',
    })
    server = child
    ended = new Promise((done) => child.once('exit', () => done()))
    for (let looks = 0; looks < 600; looks++) {
      if (child.exitCode !== null) throw new Error(`Tryton ended with ${child.exitCode}`)
      const url = address()
      if (url && (await answers(url))) {
        port = new URL(url).port
        return
      }
      await sleep(100)
    }
    throw new Error('Tryton does not answer')
  }
  const address = () =>
    existsSync(join(home, 'address')) ? readFileSync(join(home, 'address'), 'utf8').trim() : undefined
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (server?.pid && server.exitCode === null && server.signalCode === null) process.kill(-server.pid, signal)
    await ended
  }

  await start()
  const url = address() as string
  return {
    url,
    database: 'hub',
    settings: { ...JSON.parse(script('settings', '--home', home)), url },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    start,
    sql(statement) {
      const program = 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(sys.argv[2]); db.commit()'
      const [command, ...args] =
        backend === 'sqlite'
          ? ['/usr/bin/python3', '-c', program, join(home, 'databases/hub.sqlite'), statement]
          : ['psql', '-q', '-h', join(home, 'postgres'), '-U', 'postgres', 'hub', '-c', statement]
      const { status, stderr } = spawnSync(command as string, args, { encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
    },
    async remove() {
      await end('SIGTERM')
      script('stop', '--home', home)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function script(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(SCRIPT, [...args, '--backend', backend], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`tryton.sh ${args.join(' ')} failed:\n${stderr}`)
  return stdout
}

async function answers(url: string): Promise<boolean> {
  const body = JSON.stringify({ id: 0, method: 'common.server.version', params: [] })
  const headers = { 'content-type': 'application/json' }
  return fetch(`${url}/`, { method: 'POST', headers, body }).then(
    (response) => response.ok,
    () => false,
  )
}
