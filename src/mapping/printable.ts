// ERP text that XML can hold: control characters, which ERPs let users type and XML 1.0 refuses, become blanks.

export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r\x7f-\x9f]|[\p{Cs}\ufffe\uffff]/gu, ' ')
}
