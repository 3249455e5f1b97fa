// SFTP servers for the tests: OpenSSH's sshd where it is installed, and one made of the ssh2 library, which knows passwords, has
// no extensions, and can be told to break off.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  promises as fs,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import ssh2 from 'ssh2'

export interface SftpServer {
  port: number
  user: string
  /** Of the user; sshd has a private key instead. */
  password?: string
  privateKey?: string
  hostKey: string
  stop(): Promise<void>
}

const SSHD = '/usr/sbin/sshd'
export const hasSshd = existsSync(SSHD) && userInfo().uid === 0

/** Debian's openssh-server with an own configuration on a free port of the loopback address. */
export async function startSshd(): Promise<SftpServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'))
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  // sshd's own place for the process without rights.
  mkdirSync('/run/sshd', { recursive: true })
  const port = await freePort()
  const settings = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: join(folder, 'host'),
    PidFile: 'none',
    AuthorizedKeysFile: join(folder, 'user.pub'),
    StrictModes: 'no',
    PasswordAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
    UsePAM: 'no',
    Subsystem: 'sftp internal-sftp',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`)
  writeFileSync(join(folder, 'config'), lines.join(''))
  const daemon = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' })
  await untilListening(port)
  return {
    port,
    user: userInfo().username,
    privateKey: readFileSync(join(folder, 'user'), 'utf8'),
    hostKey: fingerprintOf(readFileSync(join(folder, 'host.pub'), 'utf8')),
    async stop() {
      const ended = new Promise((resolve) => daemon.once('exit', resolve))
      daemon.kill()
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (open) return
    await wait(50)
  }
  throw new Error('sshd does not listen')
}

/** Of a public key as `ssh-keygen` writes it. */
function fingerprintOf(publicKey: string): string {
  const key = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

export interface Ssh2Server extends SftpServer {
  password: string
  /** Asked at each request (`RENAME`, `WRITE`, ...): the connection breaks off before or after it is done; `stall` = no answer. */
  breakOff: (request: string) => 'before' | 'after' | 'stall' | undefined
  /** Logins so far. */
  logins: number
}

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp
type Sftp = ssh2.SFTPWrapper

/** Serves the machine's files, by version 3 of the protocol without extensions. */
export async function startSsh2Server(): Promise<Ssh2Server> {
  const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519')
  const password = 'drop-folder-password'
  const connections = new Set<ssh2.Connection>()
  const own: Ssh2Server = {
    port: 0,
    user: 'erp',
    password,
    hostKey: fingerprintOf(publicKey),
    breakOff: () => undefined,
    logins: 0,
    async stop() {
      for (const connection of connections) connection.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (connection) => {
    connections.add(connection)
    // As OpenSSH does; the types forget that this side has it too.
    ;(connection as unknown as ssh2.Client).setNoDelay(true)
    connection.on('close', () => connections.delete(connection))
    connection.on('error', () => {})
    connection.on('authentication', (login) => {
      const known = login.method === 'password' && login.username === own.user && login.password === password
      if (known) login.accept()
      else login.reject(['password'])
    })
    connection.on('ready', () => {
      own.logins++
      connection.on('session', (accept) => {
        accept().on('sftp', (acceptSftp) => serveFiles(acceptSftp(), own, () => connection.end()))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  own.port = (server.address() as AddressInfo).port
  return own
}

function serveFiles(sftp: Sftp, own: Ssh2Server, drop: () => void): void {
  const files = new Map<number, fs.FileHandle>()
  const folders = new Map<number, string[]>()
  const paths = new Map<number, string>()
  let handles = 0
  const newHandle = (): [number, Buffer] => {
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(++handles)
    return [handles, handle]
  }
  sftp.on('close', () => {
    for (const file of files.values()) void file.close()
  })
  const numberOf = (handle: Buffer) => handle.readUInt32BE(0)

  /** Runs a request: what it throws is the status of its answer. */
  function on(request: string, work: (id: number, ...more: never[]) => Promise<void>): void {
    sftp.on(
      request as 'OPEN',
      (async (id: number, ...more: never[]) => {
        const when = own.breakOff(request)
        if (when === 'stall') return
        if (when === 'before') return drop()
        try {
          // The answer is lost as well.
          if (when === 'after') Object.assign(sftp, { status: drop, handle: drop, attrs: drop })
          await work(id, ...more)
        } catch (error) {
          const code = (error as NodeJS.ErrnoException).code
          sftp.status(id, code === 'ENOENT' ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE, (error as Error).message)
        }
      }) as never,
    )
  }
  const ok = (id: number) => sftp.status(id, STATUS_CODE.OK)
  const attrs = ({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats) => ({
    ...{ mode, uid, gid, size },
    atime: Math.floor(atimeMs / 1000),
    mtime: Math.floor(mtimeMs / 1000),
  })

  on('OPEN', async (id, path: string, flags: number) => {
    const [number, handle] = newHandle()
    files.set(number, await fs.open(path, flags & OPEN_MODE.WRITE ? 'w' : 'r'))
    sftp.handle(id, handle)
  })
  on('READ', async (id, handle: Buffer, offset: number, length: number) => {
    const read = await files.get(numberOf(handle))?.read(Buffer.alloc(length), 0, length, offset)
    if (!read?.bytesRead) sftp.status(id, STATUS_CODE.EOF)
    else sftp.data(id, read.buffer.subarray(0, read.bytesRead))
  })
  on('WRITE', async (id, handle: Buffer, offset: number, data: Buffer) => {
    await files.get(numberOf(handle))?.write(data, 0, data.length, offset)
    ok(id)
  })
  on('CLOSE', async (id, handle: Buffer) => {
    await files.get(numberOf(handle))?.close()
    files.delete(numberOf(handle))
    ok(id)
  })
  on('OPENDIR', async (id, path: string) => {
    const [number, handle] = newHandle()
    folders.set(number, await fs.readdir(path))
    paths.set(number, path)
    sftp.handle(id, handle)
  })
  on('READDIR', async (id, handle: Buffer) => {
    const names = folders.get(numberOf(handle))?.splice(0, 50) ?? []
    if (names.length === 0) return void sftp.status(id, STATUS_CODE.EOF)
    const entries = names.map(async (filename) => {
      const stats = await fs.stat(join(paths.get(numberOf(handle)) ?? '', filename))
      const longname = `${stats.isDirectory() ? 'd' : '-'}rw-r--r-- 1 erp erp ${stats.size} Jan 1 00:00 ${filename}`
      return { filename, longname, attrs: attrs(stats) }
    })
    sftp.name(id, await Promise.all(entries))
  })
  for (const request of ['STAT', 'LSTAT'])
    on(request, async (id, path: string) => void sftp.attrs(id, attrs(await fs.stat(path))))
  on('FSTAT', async (id, handle: Buffer) => {
    const stats = await files.get(numberOf(handle))?.stat()
    if (stats) sftp.attrs(id, attrs(stats))
  })
  on('REALPATH', async (id, path: string) => {
    const filename = await fs.realpath(path)
    sftp.name(id, [{ filename, longname: filename, attrs: attrs(await fs.stat(filename)) }])
  })
  on('MKDIR', async (id, path: string) => {
    await fs.mkdir(path)
    ok(id)
  })
  on('REMOVE', async (id, path: string) => {
    await fs.unlink(path)
    ok(id)
  })
  // As version 3 has it: not over what is there.
  on('RENAME', async (id, from: string, to: string) => {
    if (existsSync(to)) throw new Error('the new name is taken')
    await fs.rename(from, to)
    ok(id)
  })
  for (const request of ['FSETSTAT', 'SETSTAT']) on(request, async (id) => void ok(id))
}
