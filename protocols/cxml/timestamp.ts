// Timestamps: ISO 8601 with numeric offset is cXML's rule (Reference Guide, "cXML element"); partners write other spellings.

export type TimestampSpelling = 'iso' | 'utc-z' | 'no-offset' | 'other'

const ISO =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{1,2}(?::?\d{2})?|-?[A-Z]{2,5})?$/i
/** `Mon May 19 18:29:48 +0000 2008` (Coupa), `Mon, 19 May 2008 18:29:48 GMT` (RFC 5322). */
const UNIX = /^[A-Z]{3} ([A-Z]{3}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4}|[A-Z]{2,5}) (\d{4})$/i
const MAIL = /^(?:[A-Z]{3}, )?(\d{1,2}) ([A-Z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4}|[A-Z]{2,5})$/i
const STRICT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?[+-]\d{2}:\d{2}$/
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Zone names seen in timestamps, as their usual offsets. */
const zones: ReadonlyMap<string, string> = new Map(
  Object.entries({
    UTC: '+00:00',
    GMT: '+00:00',
    WET: '+00:00',
    BST: '+01:00',
    WEST: '+01:00',
    CET: '+01:00',
    CEST: '+02:00',
    EET: '+02:00',
    EEST: '+03:00',
    EST: '-05:00',
    EDT: '-04:00',
    CST: '-06:00',
    CDT: '-05:00',
    MST: '-07:00',
    MDT: '-06:00',
    PST: '-08:00',
    PDT: '-07:00',
  }),
)

/**
 * Reads every spelling partners use; one without offset counts as UTC. `instant` is ISO 8601 with numeric offset,
 * `2026-01-05T10:00:00-05:00`, and keeps the fraction as written. Null when the text is no time that exists.
 */
export function parseTimestamp(text: string): { instant: string; spelling: TimestampSpelling } | null {
  const trimmed = text.trim()
  if (trimmed.length > 60) return null
  const iso = ISO.exec(trimmed)
  if (iso) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso
    const instant = compose(year, month, day, hour ?? '0', minute ?? '0', second ?? '0', fraction, zone)
    return instant === null ? null : { instant, spelling: spellingOf(trimmed, zone) }
  }
  const unix = UNIX.exec(trimmed)
  const mail = unix ? null : MAIL.exec(trimmed)
  let instant: string | null = null
  if (unix) {
    const [, month, day, hour, minute, second, zone, year] = unix
    instant = compose(year, monthNumber(month), day, hour, minute, second, undefined, zone)
  } else if (mail) {
    const [, day, month, year, hour, minute, second, zone] = mail
    instant = compose(year, monthNumber(month), day, hour, minute, second, undefined, zone)
  }
  return instant === null ? null : { instant, spelling: 'other' }
}

function spellingOf(text: string, zone: string | undefined): TimestampSpelling {
  if (STRICT.test(text)) return 'iso'
  if (zone === undefined) return 'no-offset'
  return zone.toUpperCase() === 'Z' ? 'utc-z' : 'other'
}

function monthNumber(name = ''): string {
  return String(MONTHS.indexOf(name.toLowerCase()) + 1)
}

function compose(
  year = '',
  month = '',
  day = '',
  hour = '',
  minute = '',
  second = '',
  fraction: string | undefined,
  zone: string | undefined,
): string | null {
  const offset = readOffset(zone)
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  // 30 February rolls over into March: then it never was.
  const real = new Date(Date.UTC(y, mo - 1, d))
  if (offset === null || h > 23 || mi > 59 || s > 59) return null
  if (y < 1000 || real.getUTCMonth() !== mo - 1 || real.getUTCDate() !== d) return null
  const date = `${y}-${two(mo)}-${two(d)}T${two(h)}:${two(mi)}:${two(s)}`
  return `${date}${fraction ? `.${fraction}` : ''}${offset}`
}

/** `Z`, `+6:00`, `-0500`, `+01`, `CST`, also `-CST`, where the hyphen is only a separator. */
function readOffset(zone: string | undefined): string | null {
  if (zone === undefined || /^z$/i.test(zone)) return '+00:00'
  const numeric = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone)
  if (!numeric) return zones.get(zone.replace('-', '').toUpperCase()) ?? null
  const [, sign, hours = '', minutes = '0'] = numeric
  return Number(hours) > 14 || Number(minutes) > 59 ? null : `${sign}${two(Number(hours))}:${two(Number(minutes))}`
}

/**
 * Local time with numeric offset, `2026-01-05T10:00:00-05:00`: never `Z`, which cXML does not allow.
 * `zone` is an IANA name (`Europe/Amsterdam`) or an offset (`+01:00`). Throws RangeError on neither.
 */
export function formatTimestamp(date: Date, zone: string): string {
  const fixed = /^([+-])(\d{2}):(\d{2})$/.exec(zone)
  const minutes = fixed
    ? (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]))
    : zoneMinutes(date, zone)
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 19)
  const size = Math.abs(minutes)
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** Minutes the zone is ahead of UTC at that instant. */
function zoneMinutes(date: Date, zone: string): number {
  const name =
    zoneFormat(zone)
      .formatToParts(date)
      .find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const found = /^GMT([+-])(\d{2}):(\d{2})/.exec(name)
  return found ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0
}

/** Making one costs more than a document's whole header. */
const zoneFormats = new Map<string, Intl.DateTimeFormat>()

function zoneFormat(zone: string): Intl.DateTimeFormat {
  const known = zoneFormats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  zoneFormats.set(zone, made)
  return made
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
