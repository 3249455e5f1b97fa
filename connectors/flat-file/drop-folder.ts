// What the connector needs of a place where files are dropped: a folder on this machine (local-folder.ts) or on an SFTP server
// (sftp-folder.ts). Paths are relative to it, with slashes.
import { ErpError } from '../erp-error.ts'

export interface FileFacts {
  size: number
  /** ISO 8601 with offset. */
  modifiedAt: string
}

/** Every method throws ErpError; `unreachable` when the place itself isn't there: a share that isn't mounted, a server that is off. */
export interface DropFolder {
  /** Names of the files right in the folder, unsorted. Empty where there is no such folder yet. */
  list(folder: string): Promise<string[]>
  /** Undefined = there is no such file or folder. */
  facts(path: string): Promise<FileFacts | undefined>
  read(path: string): Promise<Buffer>
  /** The folders above it are made where they are missing. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** Atomic, over what is there; makes the folders above the new name. False = there is no such file. */
  move(from: string, to: string): Promise<boolean>
  remove(path: string): Promise<void>
  close(): Promise<void>
}

/** So that nobody finds half a file: under another name first. Names that begin with a dot are nobody's business. */
export async function writeAtOnce(folder: DropFolder, path: string, bytes: Uint8Array): Promise<void> {
  await folder.write(unfinished(path), bytes)
  await folder.move(unfinished(path), path)
}

/** `out/order.csv` -> `out/.order.csv.tmp` */
export function unfinished(path: string): string {
  return path.replace(/[^/]+$/, (name) => `.${name}.tmp`)
}

/** Throws ErpError `unreachable` when in/ or out/ isn't there: then this is not the place, but the point where it should be mounted. */
export async function need(folder: DropFolder, name: 'in' | 'out'): Promise<void> {
  if (await folder.facts(name)) return
  throw new ErpError('unreachable', `There is no folder ${name}/. Is the share mounted? Its people make in/ and out/.`)
}
