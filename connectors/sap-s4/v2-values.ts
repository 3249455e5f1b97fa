// OData V2 values as SAP writes them in JSON: `/Date(ms)/` and `/Date(ms+0000)/`, Edm.Time `PT12H05M00S`, decimals as text
// padded to their scale. And the literals of a URL (OData V2 "Primitive Data Types").

export type Row = Record<string, unknown>

/** Empty text and spaces are nothing. */
export function textOf(row: Row, field: string): string | null {
  const value = row[field]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

/** The text as it stands: never a float. '0' where SAP gives nothing. */
export function decimalOf(row: Row, field: string): string {
  const value = row[field]
  return typeof value === 'string' && value !== '' ? value : '0'
}

/** Without its sign: SAP's amounts carry it in some places, and say the direction elsewhere. */
export function magnitudeOf(row: Row, field: string): string {
  return decimalOf(row, field).replace(/^-/, '')
}

/** Numbers of items and documents without SAP's leading zeros: "000010" and "10" are the same. */
export function numberOf(row: Row, field: string): string | null {
  const text = textOf(row, field)?.replace(/^0+(?=.)/, '')
  return text === undefined || text === '0' ? null : text
}

/** Undefined for null and for what is no V2 date. */
function millisecondsOf(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(value) : null
  return match ? Number(match[1]) : undefined
}

/** `2026-01-31`; SAP's dates are midnight UTC. */
export function dateOf(row: Row, field: string): string | null {
  return timeOf(row, field)?.slice(0, 10) ?? null
}

/** `2026-01-31T12:05:00.123Z`. The offset of `/Date(ms+0100)/` is only how it was entered: the milliseconds are UTC. */
export function timeOf(row: Row, field: string): string | null {
  const milliseconds = millisecondsOf(row[field])
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString()
}

/** A date and an Edm.Time field as one ISO time; midnight where there is no time. Null without a date. */
export function dateAndTimeOf(row: Row, dateField: string, timeField: string): string | null {
  const date = dateOf(row, dateField)
  if (date === null) return null
  const [, hours = '0', minutes = '0', seconds = '0'] =
    /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?$/.exec(textOf(row, timeField) ?? '') ?? []
  return `${date}T${[hours, minutes, seconds].map((part) => part.padStart(2, '0')).join(':')}.000Z`
}

/** What a navigation was expanded to; nothing where it was not (`__deferred`). */
export function rowsOf(row: Row, navigation: string): Row[] {
  const value = row[navigation] as { results?: Row[] } | null | undefined
  return Array.isArray(value) ? (value as Row[]) : (value?.results ?? [])
}

/** Of a navigation to one. */
export function rowOf(row: Row, navigation: string): Row | undefined {
  const value = row[navigation] as Row | null | undefined
  return value && !('__deferred' in value) ? value : undefined
}

export function etagOf(row: Row): string | undefined {
  return (row.__metadata as { etag?: string } | undefined)?.etag
}

/** For a JSON body: a date, `2026-01-31`. */
export function v2Date(date: string): string {
  return `/Date(${Date.parse(`${date.slice(0, 10)}T00:00:00Z`)})/`
}

export function stringLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Of a date, `2026-01-31`. */
export function dateLiteral(date: string): string {
  return `datetime'${date}T00:00:00'`
}

/** Of an ISO time in UTC. */
export function timeLiteral(time: string): string {
  return `datetimeoffset'${time}'`
}

/** `(field eq 'a' or field eq 'b')` */
export function oneOf(field: string, values: readonly string[]): string {
  return `(${values.map((value) => `${field} eq ${stringLiteral(value)}`).join(' or ')})`
}

/** The parts that are there, joined by `and`. */
export function allOf(...conditions: (string | undefined)[]): string | undefined {
  const present = conditions.filter((condition) => condition !== undefined)
  return present.length === 0 ? undefined : present.join(' and ')
}
