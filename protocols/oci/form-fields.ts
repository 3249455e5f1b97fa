// application/x-www-form-urlencoded in any charset a browser can post: bytes <-> name/value pairs in their order.

export type Field = [name: string, value: string]

export declare function decodeForm(bytes: Uint8Array, charset?: string): Field[]
export declare function encodeForm(fields: readonly Field[], charset?: string): Uint8Array
/** The label in lower case where it names a charset that a form can be posted in, else undefined. */
export declare function knownCharset(label: string): string | undefined
