// Other people's documents and DTDs, read in place beside the repository (../shared/data). Absent = the suite skips with a
// message; in CI it fails.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '../../../../shared/data')

/** Does `../shared/data/<folder>` exist? Throws in CI when it does not. */
export function haveShared(folder: string): boolean {
  if (existsSync(join(ROOT, folder))) return true
  const message = `${join(ROOT, folder)} is not there: its tests are skipped`
  if (process.env.CI) throw new Error(message)
  console.warn(message)
  return false
}

export function readShared(path: string): Uint8Array {
  return readFileSync(join(ROOT, path))
}

/** Every file under the folder that ends so, as path below `../shared/data`, sorted. */
export function listShared(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => relative(ROOT, join(ROOT, folder, name)))
    .sort()
}
