// The only reader of process.env. Every wrong setting is named at once, with what to write instead.
import { resolve } from 'node:path'
import { z } from 'zod'

const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be an address such as ${example}` }).optional()

const settings = z.object({
  PORT: z.coerce.number({ error: 'must be a port number, 1 to 65535' }).int().min(1).max(65535).default(8080),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: url(/^https?$/, 'https://hub.example.com'),
  HUB_DATA_DIR: z.string().default('./.hub'),
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:5432/hub'),
  REDIS_URL: url(/^rediss?$/, 'redis://host:6379'),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]{1,40}$/, 'must be letters, digits, - and _')
    .default('hub'),
  SMTP_URL: url(/^smtps?$/, 'smtp://user:password@mail.example.com:587'),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*@[^\r\n]+$/, 'must be an address to send mail from')
    .default('hub@localhost'),
  HUB_KEY: z
    .string()
    .regex(
      /^[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)*$/,
      'must be 32 random bytes in base64: `openssl rand -base64 32`; older keys after a comma',
    )
    .optional(),
  HUB_WORKER: z.enum(['inline', 'off'], { error: 'must be inline or off' }).default('inline'),
  HUB_DEMO: z.enum(['on', 'off'], { error: 'must be on or off' }).optional(),
  HUB_TIME_ZONE: z
    .string()
    .refine((zone) => isTimeZone(zone), 'must be an IANA time zone such as Europe/Amsterdam')
    .default('UTC'),
  TRUST_PROXY: z.coerce
    .number({ error: 'must be the number of proxies in front of the hub' })
    .int()
    .min(0)
    .max(10)
    .default(0),
  HUB_KEEP_DOCUMENT_DAYS: z.coerce.number({ error: 'must be a number of days' }).int().min(1).default(730),
  HUB_TAKE_OVER_SECONDS: z.coerce
    .number({ error: 'must be a number of seconds, 2 to 3600' })
    .int()
    .min(2)
    .max(3600)
    .default(45),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  NODE_ENV: z.string().default('development'),
})

export interface Config {
  port: number
  host: string
  /** Address under which browsers and partners reach the hub, without a slash at the end. */
  publicUrl: string
  dataDir: string
  databaseUrl: string | undefined
  redisUrl: string | undefined
  /** Before every key in Redis: hubs that share one need one each. */
  redisPrefix: string
  /** The mail server; undefined = mails are kept, unsent. */
  smtpUrl: string | undefined
  mailFrom: string
  /** Base64 keys, the first seals, all open; undefined = a key file in the data folder. */
  sealingKeys: string[] | undefined
  inlineWorker: boolean
  demo: boolean
  production: boolean
  /** IANA zone in which the hub writes local time, with its offset. */
  timeZone: string
  trustProxy: number
  /** Days the bytes of wire documents are kept. */
  keepDocumentDays: number
  /** Seconds after which another process takes over what one that died had in hand: longer than a call to an ERP may take. */
  takeOverSeconds: number
  logLevel: string
}

/** A setting is wrong or missing. The message names every one of them. */
export class ConfigError extends Error {}

/** Reads the settings. Throws ConfigError naming all that are wrong at once. An empty value counts as not set. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = settings.safeParse(given)
  const problems = parsed.success ? [] : parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}`)
  const production = given.NODE_ENV === 'production'
  if (production && !given.HUB_KEY)
    problems.push(
      'HUB_KEY is needed in production: 32 random bytes in base64, kept apart from the database (`openssl rand -base64 32`)',
    )
  if (production && !given.PUBLIC_URL)
    problems.push('PUBLIC_URL is needed in production: the https address buyers reach the hub at')
  if (production && given.HUB_DEMO === 'on')
    problems.push('HUB_DEMO=on is refused in production: its secrets are public')
  if (!parsed.success || problems.length > 0) throw new ConfigError(`Settings to mend:\n  ${problems.join('\n  ')}`)
  const s = parsed.data
  return {
    port: s.PORT,
    host: s.HOST,
    publicUrl: (
      s.PUBLIC_URL ?? `http://${s.HOST === '0.0.0.0' || s.HOST === '::' ? 'localhost' : s.HOST}:${s.PORT}`
    ).replace(/\/+$/, ''),
    dataDir: resolve(s.HUB_DATA_DIR),
    databaseUrl: s.DATABASE_URL,
    redisUrl: s.REDIS_URL,
    redisPrefix: s.REDIS_PREFIX,
    smtpUrl: s.SMTP_URL,
    mailFrom: s.MAIL_FROM,
    sealingKeys: s.HUB_KEY?.split(','),
    inlineWorker: s.HUB_WORKER === 'inline',
    demo: s.HUB_DEMO ? s.HUB_DEMO === 'on' : !production,
    production,
    timeZone: s.HUB_TIME_ZONE,
    trustProxy: s.TRUST_PROXY,
    keepDocumentDays: s.HUB_KEEP_DOCUMENT_DAYS,
    takeOverSeconds: s.HUB_TAKE_OVER_SECONDS,
    logLevel: s.LOG_LEVEL,
  }
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
  } catch {
    return false
  }
}
