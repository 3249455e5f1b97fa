// Where the memory ERP keeps what happened: in memory, or in a file of JSON lines that several processes share. One line is one
// transaction; there is no lock that a killed process could leave behind.
import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** One record as it is from now on; `value` null = deleted. */
export interface Put {
  table: string
  id: string
  value: unknown
}

export interface Journal {
  /** Applies what other processes wrote since. */
  catchUp(): void
  /** Writes and applies; false = another process was first: nothing of `puts` holds, and what that one wrote is applied. */
  append(puts: Put[]): boolean
}

interface Line {
  /** How many transactions its writer had seen. A line that doesn't follow just these lost the race and is void to every reader. */
  after: number
  by: string
  puts: Put[]
}

export function makeJournal(file: string | undefined, apply: (put: Put) => void): Journal {
  if (file) return fileJournal(file, apply)
  return {
    catchUp() {},
    append(puts) {
      puts.forEach(apply)
      return true
    },
  }
}

function fileJournal(file: string, apply: (put: Put) => void): Journal {
  mkdirSync(dirname(file), { recursive: true })
  let offset = 0
  let count = 0
  let contested = -1
  let winner = ''

  function take(text: string): void {
    const line = parse(text)
    if (line?.after !== count) return
    if (count === contested) winner = line.by
    count++
    line.puts.forEach(apply)
  }

  function catchUp(): void {
    const handle = openSync(file, 'a+')
    try {
      const bytes = Buffer.alloc(fstatSync(handle).size - offset)
      const length = readSync(handle, bytes, 0, bytes.length, offset)
      const end = bytes.subarray(0, length).lastIndexOf('\n') + 1
      for (const text of bytes.toString('utf8', 0, end).split('\n')) take(text)
      offset += end
    } finally {
      closeSync(handle)
    }
  }

  return {
    catchUp,
    append(puts) {
      const by = randomBytes(6).toString('hex')
      contested = count
      winner = ''
      const handle = openSync(file, 'a')
      try {
        // The line break in front ends what a killed process may have left half written.
        writeSync(handle, `\n${JSON.stringify({ after: count, by, puts } satisfies Line)}\n`)
      } finally {
        closeSync(handle)
      }
      catchUp()
      return winner === by
    },
  }
}

/** Undefined for an empty line and for one that was cut off. */
function parse(text: string): Line | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as Line)
  } catch {
    return undefined
  }
}
