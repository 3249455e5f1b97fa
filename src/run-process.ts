// What the hub's processes share: errors said in a sentence, and a graceful end on SIGINT and SIGTERM.
import { ConfigError } from './config.ts'
import { SealError } from './secrets.ts'

/** Runs `start`; its result closes the process's work. A second signal ends at once. */
export async function runProcess(start: () => Promise<() => Promise<void>>): Promise<void> {
  let close: (() => Promise<void>) | undefined
  let ending = false
  const end = (signal: string) => {
    if (ending) process.exit(130)
    ending = true
    process.stderr.write(`\n${signal}: finishing what is under way (again to end at once) ...\n`)
    // Nothing to close yet: start is still under way and is left to die with the process.
    Promise.resolve(close?.()).then(
      () => process.exit(0),
      (error) => fail(error),
    )
  }
  process.on('SIGINT', () => end('SIGINT'))
  process.on('SIGTERM', () => end('SIGTERM'))
  try {
    close = await start()
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): never {
  process.stderr.write(`\n${explain(error)}\n`)
  process.exit(1)
}

function explain(error: unknown): string {
  const { message, code, stack } = error as Error & { code?: string; port?: number; address?: string }
  const { port } = error as { port?: number }
  if (error instanceof ConfigError) return message
  if (error instanceof SealError)
    return `HUB_KEY (or hub.key in HUB_DATA_DIR) is not the key this database was sealed with: ${message}`
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken. Stop what listens there, or choose another: PORT=${(port ?? 8080) + 1} npm start`
  if (code === 'EACCES' && port)
    return `Port ${port} may not be opened by this user. Choose one above 1023: PORT=8080 npm start`
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return `The database does not answer (${message || code}). Check DATABASE_URL, or unset it to use the embedded PostgreSQL.`
  if (code === '28P01' || code === '3D000')
    return `The database refuses: ${message}. Check user, password and name in DATABASE_URL.`
  return error instanceof Error && error.name === 'EmbeddedPostgresError' ? message : (stack ?? String(error))
}
