// OData V2 $batch: `multipart/mixed` of reads and changesets (OData V2 "Batch Processing"), written and read.

export interface Operation {
  method: 'GET' | 'POST' | 'MERGE' | 'DELETE'
  /** Below the service: `A_SalesOrder('1')`. */
  path: string
  body?: unknown
  ifMatch?: string | undefined
}

export interface PartAnswer {
  status: number
  body: string
}

const BOUNDARY = 'hub_batch'
const CHANGES = 'hub_changes'

export const batchContentType = `multipart/mixed; boundary=${BOUNDARY}`

/** Reads, each a part of its own. */
export function readsBody(paths: readonly string[]): string {
  return envelope(paths.map((path) => part({ method: 'GET', path })))
}

/** One changeset: all of it is done, or nothing. */
export function changesBody(operations: readonly Operation[]): string {
  const inner = operations.map((operation) => `--${CHANGES}\r\n${part(operation)}`).join('')
  return envelope([`Content-Type: multipart/mixed; boundary=${CHANGES}\r\n\r\n${inner}--${CHANGES}--\r\n`])
}

function envelope(parts: readonly string[]): string {
  return `${parts.map((each) => `--${BOUNDARY}\r\n${each}`).join('')}--${BOUNDARY}--\r\n`
}

function part({ method, path, body, ifMatch }: Operation): string {
  const json = body === undefined ? '' : JSON.stringify(body)
  const headers = [
    'Accept: application/json',
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(json)}`]),
    ...(ifMatch === undefined ? [] : [`If-Match: ${ifMatch}`]),
  ]
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `${method} ${path} HTTP/1.1`,
    ...headers,
    '',
    json,
    '',
  ].join('\r\n')
}

/** The answers of a batch in their order, those of a changeset one by one. Undefined where it isn't one, or is cut off. */
export function partAnswers(contentType: string, text: string): PartAnswer[] | undefined {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  if (!boundary || !text.includes(`--${boundary}--`)) return undefined
  const answers: PartAnswer[] = []
  const [whole = ''] = text.split(`--${boundary}--`)
  for (const piece of whole.split(`--${boundary}`).slice(1)) {
    const [headers, content] = headAndBody(piece.replace(/^\r?\n/, ''))
    const nested = /^content-type:\s*(multipart\/mixed.*)$/im.exec(headers)?.[1]
    if (nested) {
      const inner = partAnswers(nested, content)
      if (!inner) return undefined
      answers.push(...inner)
      continue
    }
    const status = /^HTTP\/1\.\d (\d{3})/.exec(content)?.[1]
    if (!status) return undefined
    answers.push({ status: Number(status), body: headAndBody(content)[1].trim() })
  }
  return answers
}

function headAndBody(text: string): [head: string, body: string] {
  const [end] = /\r?\n\r?\n/.exec(text) ?? []
  if (end === undefined) return [text, '']
  const at = text.indexOf(end)
  return [text.slice(0, at), text.slice(at + end.length)]
}
