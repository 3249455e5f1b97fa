// The embedded PostgreSQL survives what happens to a hub: killed, killed with its server, killed in its first start, started twice.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Child, type Compiled, compileTree, startChild } from '../support/child.ts'

interface User {
  uid?: number
  gid?: number
}

const isRoot = process.getuid?.() === 0

/** A normal user, for root to try it as one; undefined = the tree can't be read by others. */
function normalUser(): User | undefined {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  const user = { uid: id('-u'), gid: id('-g') }
  try {
    // From inside: a working directory is entered before the user is changed.
    const look = 'require("node:fs").readdirSync(process.argv[1])'
    execFileSync(process.execPath, ['-e', look, join(import.meta.dirname, '../../node_modules')], {
      ...user,
      stdio: 'ignore',
    })
    return user
  } catch {
    return undefined
  }
}

let compiled: Compiled
beforeAll(async () => {
  compiled = await compileTree()
})
afterAll(() => compiled.remove())

function suite(user: User) {
  const children: Child[] = []
  const folders: string[] = []

  function newFolder(mode = 0o755): string {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'hub-embedded-'))
    folders.push(folder)
    chmodSync(folder, mode)
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
    return folder
  }
  function hub(dataDir: string, role = 'owner'): Child {
    const child = startChild(compiled, 'test/database/embedded-owner.js', [dataDir, role], user)
    children.push(child)
    return child
  }
  async function stop(child: Child): Promise<void> {
    child.process.stdin?.end()
    await child.ended
  }
  const pidFile = (dataDir: string) => join(dataDir, 'postgres/data/postmaster.pid')
  const serverPid = (dataDir: string) => Number(readFileSync(pidFile(dataDir), 'utf8').split('\n')[0])
  async function query(url: string, sql: string): Promise<Record<string, string>[]> {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }

  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.process.stdin?.end()
      await Promise.race([child.ended, sleep(10_000).then(() => child.kill())])
    }
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })

  it('starts in an empty folder, keeps its data and its port, and stops with the hub', async () => {
    const dataDir = newFolder()
    const first = hub(dataDir)
    const url = await first.line('up: ')
    await query(url, 'CREATE TABLE kept (word text)')
    await query(url, "INSERT INTO kept VALUES ('Straße'), ('zebra')")
    expect(await query(url, "SELECT upper('café') AS up, current_setting('listen_addresses') AS host")).toEqual([
      { up: 'CAFÉ', host: '127.0.0.1' },
    ])
    expect(statSync(join(dataDir, 'postgres/password')).mode & 0o777).toBe(0o600)
    // In a session of its own, a terminal's Ctrl-C doesn't reach it: the hub drains first.
    if (existsSync('/proc/self/stat')) {
      const session = readFileSync(`/proc/${serverPid(dataDir)}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ')[3]
      expect(session).toBe(String(serverPid(dataDir)))
    }
    await stop(first)
    expect(first.lines).toContain('stopped')
    expect(existsSync(pidFile(dataDir))).toBe(false)

    const second = hub(dataDir)
    expect(await second.line('up: ')).toBe(url)
    expect(await query(url, 'SELECT word FROM kept ORDER BY word')).toHaveLength(2)
  })

  it('refuses a wrong password', async () => {
    const url = new URL(await hub(newFolder()).line('up: '))
    url.password = 'guess'
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
  })

  it('takes another port when its own was taken meanwhile', async () => {
    const dataDir = newFolder()
    const first = hub(dataDir)
    const url = new URL(await first.line('up: '))
    await stop(first)
    const intruder = createServer()
    await new Promise<void>((done) => intruder.listen(Number(url.port), '127.0.0.1', done))
    try {
      const again = await hub(dataDir).line('up: ')
      expect(new URL(again).port).not.toBe(url.port)
      expect(await query(again, 'SELECT 1 AS one')).toHaveLength(1)
    } finally {
      intruder.close()
    }
  })

  it('adopts the server of a hub that was killed, and stops it in the end', async () => {
    const dataDir = newFolder()
    const first = hub(dataDir)
    const url = await first.line('up: ')
    const pid = serverPid(dataDir)
    await first.kill()
    const second = hub(dataDir)
    expect(await second.line('up: ')).toBe(url)
    expect(serverPid(dataDir)).toBe(pid)
    await stop(second)
    expect(existsSync(pidFile(dataDir))).toBe(false)
  })

  it('recovers when hub and server were both killed', async () => {
    const dataDir = newFolder()
    const first = hub(dataDir)
    const url = await first.line('up: ')
    await query(url, 'CREATE TABLE kept AS SELECT 7 AS n')
    await first.kill()
    process.kill(serverPid(dataDir), 'SIGKILL')
    const again = await hub(dataDir).line('up: ')
    expect(await query(again, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
  })

  it('starts its server again when that alone was killed', async () => {
    const dataDir = newFolder()
    const url = await hub(dataDir).line('up: ')
    const before = serverPid(dataDir)
    process.kill(before, 'SIGKILL')
    await expect
      .poll(() => query(url, 'SELECT 1 AS one').catch(() => []), { timeout: 30_000, interval: 200 })
      .toEqual([{ one: 1 }])
    expect(serverPid(dataDir)).not.toBe(before)
  })

  it('is not deceived by a process id that went to another program', async () => {
    const dataDir = newFolder()
    const first = hub(dataDir)
    await first.line('up: ')
    const file = readFileSync(pidFile(dataDir), 'utf8')
    await stop(first)
    // A program of the same user, as a container's few ids make likely.
    const other = startChild(compiled, 'test/database/embedded-owner.js', [newFolder()], user)
    children.push(other)
    await other.line('up: ')
    const owner = statSync(join(dataDir, 'postgres/data'))
    writeFileSync(pidFile(dataDir), file.replace(/^\d+/, String(other.process.pid)), { mode: 0o600 })
    if (isRoot) chownSync(pidFile(dataDir), owner.uid, owner.gid)
    expect(await query(await hub(dataDir).line('up: '), 'SELECT 1 AS one')).toHaveLength(1)
  })

  it('does a first start over that was killed in the middle', async () => {
    const dataDir = newFolder()
    const first = hub(dataDir)
    await first.line('log: Making')
    await expect
      .poll(() => readdirSync(join(dataDir, 'postgres')).some((name) => name.startsWith('data.')), { interval: 5 })
      .toBe(true)
    await first.kill()
    expect(existsSync(join(dataDir, 'postgres/data'))).toBe(false)
    const url = await hub(dataDir).line('up: ')
    expect(await query(url, 'SELECT 1 AS one')).toHaveLength(1)
    await expect
      .poll(() => readdirSync(join(dataDir, 'postgres')).filter((name) => name.startsWith('data.')))
      .toEqual([])
  })

  it('tells a second hub on the same folder that there is one already, also when both start at once', async () => {
    const dataDir = newFolder()
    const both = [hub(dataDir), hub(dataDir)]
    const said = await Promise.all(both.map((child) => child.line('up: ').catch(() => child.line('failed: '))))
    const winner = both.findIndex((child) => child.lines.some((line) => line.startsWith('up: ')))
    expect(said[1 - winner]).toMatch(
      new RegExp(`^Another hub \\(process ${both[winner]?.process.pid}\\) is running on ${dataDir}`),
    )
    expect(await query(said[winner] ?? '', 'SELECT 1 AS one')).toHaveLength(1)
  })

  it('lets a worker attach to a running hub, and leaves the server alone when the worker goes', async () => {
    const dataDir = newFolder()
    const alone = hub(dataDir, 'guest')
    expect(await alone.line('failed: ')).toMatch(/No hub is running on .* Start the hub first .* or set DATABASE_URL/)
    const url = await hub(dataDir).line('up: ')
    const guest = hub(dataDir, 'guest')
    expect(await guest.line('up: ')).toBe(url)
    await stop(guest)
    expect(await query(url, 'SELECT 1 AS one')).toHaveLength(1)
  })

  it('works in a folder whose name has spaces and quotes', async () => {
    const dataDir = join(newFolder(), `the hub's "own" $data`)
    expect(await query(await hub(dataDir).line('up: '), 'SELECT 1 AS one')).toHaveLength(1)
  })

  if (user.uid === undefined && isRoot)
    it('run by root, keeps its data elsewhere when the folder is closed to others', async () => {
      const dataDir = join(newFolder(0o700), 'hub')
      const first = hub(dataDir)
      const elsewhere = (await first.line('log: PostgreSQL can')).match(/kept in (\S+)$/)?.[1] ?? ''
      expect(elsewhere).toMatch(/^\/var\/lib\/procurement-hub\/[0-9a-f]{16}$/)
      folders.push(elsewhere)
      const url = await first.line('up: ')
      await query(url, 'CREATE TABLE kept AS SELECT 7 AS n')
      await first.kill()
      expect(await query(await hub(dataDir).line('up: '), 'SELECT n FROM kept')).toEqual([{ n: 7 }])
    })

  if (user.uid !== undefined)
    it('tells a normal user that the data is somebody else’s', async () => {
      const dataDir = newFolder()
      mkdirSync(join(dataDir, 'postgres/data'), { recursive: true })
      expect(await hub(dataDir).line('failed: ')).toMatch(/belongs to the user with id 0. Start the hub as that user/)
      chmodSync(join(dataDir, 'postgres'), 0o700)
      expect(await hub(dataDir).line('failed: ')).toMatch(
        /postgres can't be read \(EACCES\). Start the hub as the user who made it/,
      )
    })
}

describe(isRoot ? 'embedded PostgreSQL, run by root' : 'embedded PostgreSQL', () => suite({}))

if (isRoot)
  describe('embedded PostgreSQL, run by a normal user', () => {
    const user = normalUser()
    if (user) suite(user)
    else it.skip('the tree lies where a normal user can’t read it', () => undefined)
  })
