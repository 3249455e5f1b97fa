// Structured log. Secrets never reach it: whole bodies, addresses with queries and tokens are not logged anywhere, and the
// names below are blanked should one slip in.
import { type Logger, pino } from 'pino'

const SECRET_NAMES = [
  'password',
  'PASSWORD',
  'secret',
  'sharedSecret',
  'SharedSecret',
  'client_secret',
  'token',
  'authorization',
  'cookie',
  'sealed',
]

/** The hub's log, JSON lines on stderr so that what `npm start` prints for people stays readable on stdout. */
export function makeLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[blanked]' },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
