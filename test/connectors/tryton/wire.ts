// The wire between hub and ERP, which can be cut: a TCP relay before the real server.
import { connect, createServer, type Socket } from 'node:net'

export type Weather =
  | 'fair'
  /** Nobody answers. */
  | 'down'
  /** A proxy answers in the server's place, with a page for people. */
  | 'garbage'
  /** The server does what `method` asks, and its answer never arrives. */
  | { losesAnswerTo: string }

export interface Wire {
  url: string
  weather: Weather
  /** Methods asked for so far: `model.sale.sale.create`. */
  methods: string[]
  close(): Promise<void>
}

const page = '<!doctype html><title>Sign in</title><form>Please sign in to go on</form>'

export async function startWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  const keep = (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
    return socket
  }
  const relay = createServer((client) => {
    keep(client)
    if (wire.weather === 'down') return void client.destroy()
    if (wire.weather === 'garbage') {
      client.once('data', () =>
        client.end(
          `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\nconnection: close\r\n\r\n${page}`,
        ),
      )
      return
    }
    const server = keep(connect(Number(port), hostname))
    let request = ''
    client.on('data', (bytes) => {
      request += bytes.toString()
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      const method = /"method":"([^"]+)"/.exec(request)?.[1] ?? ''
      request = ''
      if (method) wire.methods.push(method)
      const { weather } = wire
      if (typeof weather === 'object' && weather.losesAnswerTo === method) client.destroy()
      else client.write(bytes)
    })
    client.on('close', () => server.destroy())
    server.on('close', () => client.end())
  })
  await new Promise<void>((done) => relay.listen(0, '127.0.0.1', done))
  const address = relay.address() as { port: number }
  const wire: Wire = {
    url: `http://127.0.0.1:${address.port}`,
    weather: 'fair',
    methods: [],
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((done) => relay.close(done))
    },
  }
  return wire
}
