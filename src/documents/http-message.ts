// OCI has no document of its own, only a browser's request: it is stored as an HTTP message, request line, headers, body.

export interface HttpMessage {
  /** `GET /oci/almere-sap?HOOK_URL=...` or `POST https://buyer.example/return`. */
  line: string
  headers: Record<string, string>
  body: Uint8Array
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')

export function toHttpMessage({ line, headers, body }: HttpMessage): Buffer {
  const head = [line, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].map((l) =>
    l.replace(/[\r\n]/g, ' '),
  )
  return Buffer.concat([Buffer.from(head.join('\r\n')), END_OF_HEAD, body])
}

/** Reads what toHttpMessage made. */
export function fromHttpMessage(bytes: Uint8Array): HttpMessage {
  const buffer = Buffer.from(bytes)
  const end = buffer.indexOf(END_OF_HEAD)
  const [line = '', ...headers] = buffer.subarray(0, end).toString().split('\r\n')
  const pairs = headers.map((h) => [h.slice(0, h.indexOf(': ')), h.slice(h.indexOf(': ') + 2)])
  return { line, headers: Object.fromEntries(pairs), body: buffer.subarray(end + END_OF_HEAD.length) }
}
