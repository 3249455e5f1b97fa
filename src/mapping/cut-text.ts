// Cuts a text to what a buyer's system takes, between what a reader sees as characters.

/** How much room a text takes, in the buyer's way of counting. Additive: of parts it is the sum. */
export type SizeOf = (text: string) => number

export const utf8Bytes: SizeOf = (text) => Buffer.byteLength(text, 'utf8')

/** UTF-16 units, as SAP and Java count; a character outside the charset takes the room of the `&#NNN;` it is posted as. */
export function charactersIn(fits: (character: string) => boolean): SizeOf {
  return (text) => {
    let size = text.length
    for (const c of text) if (!fits(c)) size += `&#${c.codePointAt(0)};`.length - c.length
    return size
  }
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * The longest beginning of the text of at most `max`, without blanks at its end. Graphemes (an accent with its letter, a
 * flag, a family) stay whole unless the first alone is too large: then it is cut between code points, which may leave ''.
 */
export function cutText(text: string, max: number, sizeOf: SizeOf): string {
  if (sizeOf(text) <= max) return text
  // Every character takes at least 1, so what fits stands in the first `max` units; the rest would only cost time.
  const head = text.slice(0, max + 64)
  const whole = beginning(
    Array.from(graphemes.segment(head), (s) => s.segment),
    max,
    sizeOf,
  )
  return (whole || beginning([...head], max, sizeOf)).trimEnd()
}

function beginning(parts: readonly string[], max: number, sizeOf: SizeOf): string {
  let room = max
  let end = 0
  for (const part of parts) {
    room -= sizeOf(part)
    if (room < 0) break
    end += part.length
  }
  return parts.join('').slice(0, end)
}
