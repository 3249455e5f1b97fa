// Timestamps: ISO 8601 with numeric offset is cXML's rule; partners write other spellings too.

/** `instant` is ISO 8601 with numeric offset, `2026-01-05T10:00:00-05:00`. Null when the text is no time at all. */
export declare function parseTimestamp(
  text: string,
): { instant: string; spelling: 'iso' | 'utc-z' | 'no-offset' | 'other' } | null
/** Local time with numeric offset, `2026-01-05T10:00:00-05:00`. `zone` is an IANA name (`Europe/Amsterdam`) or an offset (`+01:00`). */
export declare function formatTimestamp(date: Date, zone: string): string
