// A hub's hold on its embedded PostgreSQL, in a process that tests can kill. Arguments: data folder, role. Prints `up: <address>`
// or `failed: <message>`; stops at the end of its standard input.
import { startEmbeddedPostgres } from '../../src/database/embedded.ts'

const [dataDir = '', role] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)
try {
  const server = await startEmbeddedPostgres({
    dataDir,
    log: { info: (m: unknown) => say(`log: ${m}`), warn: () => undefined, error: () => undefined },
    role: role === 'guest' ? 'guest' : 'owner',
    settings: { fsync: 'off' },
  })
  say(`up: ${server.url}`)
  process.stdin.resume()
  process.stdin.once('end', async () => {
    await server.stop()
    say('stopped')
    process.exit(0)
  })
} catch (error) {
  say(`failed: ${(error as Error).message}`)
  process.exit(1)
}
