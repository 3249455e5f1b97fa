// A drop folder on an SFTP server. One connection, opened by the first call and again after it broke off; one request at a time.
import { createHash } from 'node:crypto'
import { connect as openSocket, type Socket } from 'node:net'
import { posix } from 'node:path'
import SftpClient from 'ssh2-sftp-client'
import { ErpError } from '../erp-error.ts'
import type { DropFolder } from './drop-folder.ts'

export interface SftpSettings {
  host: string
  port: number
  user: string
  password?: string | undefined
  privateKey?: string | undefined
  passphrase?: string | undefined
  /** `SHA256:...`, as `ssh-keygen -lf` and ssh itself print it. */
  hostKey: string
  path: string
}

interface Connection {
  client: SftpClient
  socket: Socket
}

const PATIENCE = { readyTimeout: 20_000, keepaliveInterval: 10_000, keepaliveCountMax: 3 }
const STALLED_MS = 120_000
const NO_SUCH_FILE = new Set<unknown>([2, 'ENOENT', 'ERR_BAD_PATH'])
const NOT_ALLOWED = new Set<unknown>([3, 'EACCES'])

/** `stalledMs`: how long one request may take, a whole file too. */
export function sftpFolder(settings: SftpSettings, stalledMs = STALLED_MS): DropFolder {
  const { host, port, path: root } = settings
  const at = `${host}:${port}`
  const made = new Set<string>()
  let open: Connection | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function connect(): Promise<Connection> {
    let shown = ''
    const hostVerifier = (key: Buffer) => {
      shown = fingerprint(key)
      return shown === settings.hostKey
    }
    const { user: username, password, privateKey, passphrase } = settings
    const login = { username, password, privateKey, passphrase }
    // The library's own socket would wait for acknowledgements, 40 ms with each request (seen with Node 24).
    const socket = openSocket({ host, port, noDelay: true })
    const lost = () => {
      if (open?.socket === socket) open = undefined
    }
    const client = new SftpClient('hub', { error: lost, end: lost, close: lost })
    try {
      await client.connect({ sock: socket, ...login, ...PATIENCE, hostVerifier })
      if (!(await client.exists(root))) throw new ErpError('unreachable', `${at} has no folder ${root}.`)
      return { client, socket }
    } catch (error) {
      socket.destroy()
      throw shown !== '' && shown !== settings.hostKey ? strangeKey(at, shown, settings.hostKey) : failure(at, error)
    }
  }

  /** One request after the other; `none` is the answer where the file isn't there. */
  function request<T>(work: (client: SftpClient) => Promise<T>, none?: T): Promise<T> {
    const run = async () => {
      try {
        open ??= await connect()
        return await inTime(open.socket, work(open.client), stalledMs)
      } catch (error) {
        if (none !== undefined && NO_SUCH_FILE.has((error as { code?: unknown }).code)) return none
        // What failed us is not used again.
        open?.socket.destroy()
        open = undefined
        made.clear()
        throw failure(at, error)
      }
    }
    const running = last.then(run, run)
    last = running.catch(() => undefined)
    return running
  }

  const below = (path: string) => posix.join(root, path)
  async function makeFolder(client: SftpClient, path: string): Promise<void> {
    const folder = posix.dirname(below(path))
    if (!made.has(folder)) await client.mkdir(folder, true)
    made.add(folder)
  }

  return {
    list: (folder) =>
      request(async (client) => {
        const entries = await client.list(below(folder))
        return entries.filter((entry) => entry.type === '-').map((entry) => entry.name)
      }, []),
    facts: (path) =>
      request(async (client) => {
        const { size, modifyTime } = await client.stat(below(path))
        return { size, modifiedAt: new Date(modifyTime).toISOString() }
      }, null).then((facts) => facts ?? undefined),
    read: (path) => request(async (client) => (await client.get(below(path))) as Buffer),
    write: (path, bytes) =>
      request(async (client) => {
        await makeFolder(client, path)
        await client.put(Buffer.from(bytes), below(path))
        // A server that was full, or went away at the last byte, may have taken it for done.
        const { size } = await client.stat(below(path))
        if (size !== bytes.length) throw new Error(`${path} has ${size} bytes instead of ${bytes.length}`)
      }),
    move: (from, to) =>
      request(async (client) => {
        await makeFolder(client, to)
        if (!(await client.exists(below(from)))) return false
        await rename(client, below(from), below(to))
        return true
      }, false),
    remove: (path) => request(async (client) => void (await client.delete(below(path), true))),
    async close() {
      await last
      const connection = open
      open = undefined
      await connection?.client.end().catch(() => undefined)
      connection?.socket.destroy()
    },
  }
}

/** A server that has stopped answering is left: what waits for it fails then. */
async function inTime<T>(socket: Socket, work: Promise<T>, stalledMs: number): Promise<T> {
  const late = setTimeout(() => socket.destroy(), stalledMs)
  try {
    return await work
  } finally {
    clearTimeout(late)
  }
}

/** Over what is there, as OpenSSH can; the plain protocol can't, so that what is there goes first. */
async function rename(client: SftpClient, from: string, to: string): Promise<void> {
  try {
    await client.posixRename(from, to)
  } catch (error) {
    if (!/does not support/.test((error as Error).message)) throw error
    if (await client.exists(to)) await client.delete(to)
    await client.rename(from, to)
  }
}

/** As OpenSSH shows it. */
function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

function strangeKey(at: string, shown: string, known: string): ErpError {
  const message = `${at} shows the host key ${shown}, the settings say ${known}. Ask its people whether it changed.`
  return new ErpError('unauthorised', message)
}

function failure(at: string, error: unknown): ErpError {
  if (error instanceof ErpError) return error
  const { message, code } = error as { message: string; code?: unknown }
  if (/authentication methods failed|parse privateKey|no passphrase|passphrase/i.test(message))
    return new ErpError('unauthorised', `${at} does not let the hub in: ${message}. Check user, password and key.`)
  if (NOT_ALLOWED.has(code)) return new ErpError('unauthorised', `${at}: ${message}. Check the rights of the folder.`)
  return new ErpError('unreachable', `${at} can't be used: ${message}`, { cause: error })
}
