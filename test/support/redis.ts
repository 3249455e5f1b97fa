// A Redis for the whole test run: REDIS_URL, else a redis-server of our own on a free port, else none.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * `url` undefined = there is none here. A REDIS_URL is used as it is: the suites keep to keys under a prefix of their own and
 * remove those alone.
 */
export async function startTestRedis(): Promise<{ url: string | undefined; stop(): Promise<void> }> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => undefined }
  return (await startRedisServer()) ?? { url: undefined, stop: async () => undefined }
}

/** A server that is the caller's alone, to empty or end; undefined where there is no redis-server. */
export async function startRedisServer(): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-test-redis-'))
  const port = await freePort()
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    {
      stdio: 'ignore',
    },
  )
  const ended = new Promise<void>((done) => {
    server.once('error', () => done())
    server.once('exit', () => done())
  })
  const stop = async () => {
    server.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  for (let looks = 0; looks < 100 && server.pid !== undefined && server.exitCode === null; looks++) {
    if (await answers(port)) return { url: `redis://127.0.0.1:${port}`, stop }
    await sleep(50)
  }
  await stop()
  return undefined
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer().once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (data) => {
      socket.destroy()
      done(data.toString().startsWith('+PONG'))
    })
    socket.once('error', () => done(false))
  })
}
