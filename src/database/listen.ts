// A connection of its own that hears NOTIFY, made again whenever it is lost.
import pg from 'pg'

/**
 * Calls `heard` at each NOTIFY on the channel, and once after every (re)connection, for what was said meanwhile is lost.
 * `trouble` gets what went wrong; it tries again every second until closed.
 */
export function listen(
  url: string,
  channel: string,
  heard: () => void,
  trouble: (error: Error) => void,
): { close(): Promise<void> } {
  let closed = false
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined

  const connect = async () => {
    const next = new pg.Client({ connectionString: url, application_name: 'procurement-hub listener', keepAlive: true })
    client = next
    next.on('error', trouble)
    next.on('notification', heard)
    next.on('end', () => {
      if (!closed) timer = setTimeout(connect, 1000)
    })
    try {
      await next.connect()
      await next.query(`LISTEN ${channel}`)
      heard()
    } catch (error) {
      trouble(error as Error)
      await next.end().catch(() => undefined)
    }
  }
  void connect()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await client?.end().catch(() => undefined)
    },
  }
}
