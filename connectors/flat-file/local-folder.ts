// A drop folder on this machine, or on a share that is mounted here.
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ErpError } from '../erp-error.ts'
import type { DropFolder } from './drop-folder.ts'

export function localFolder(root: string): DropFolder {
  const missing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

  /** Runs `work` in the folder, which is never made: an empty mount point must not be taken for it. */
  async function inside<T>(path: string, work: (path: string) => Promise<T>, none: T): Promise<T> {
    try {
      return await work(join(root, path))
    } catch (error) {
      if (missing(error) && (await stat(root).catch(() => undefined))) return none
      throw failure(root, path, error as NodeJS.ErrnoException)
    }
  }

  const inFolder = async <T>(path: string, work: (path: string) => Promise<T>): Promise<T> =>
    inside<T>(
      path,
      async (whole) => {
        await stat(root)
        await mkdir(dirname(whole), { recursive: true })
        return work(whole)
      },
      undefined as T,
    )

  return {
    list: (folder) =>
      inside(
        folder,
        async (whole) => {
          const entries = await readdir(whole, { withFileTypes: true })
          return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
        },
        [],
      ),
    facts: (path) =>
      inside(
        path,
        async (whole) => {
          const { size, mtime } = await stat(whole)
          return { size, modifiedAt: mtime.toISOString() }
        },
        undefined,
      ),
    read: (path) => inFolder(path, (whole) => readFile(whole)),
    write: (path, bytes) =>
      inFolder(path, async (whole) => {
        const file = await open(whole, 'w')
        try {
          await file.writeFile(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
      }),
    async move(from, to) {
      await inFolder(to, async () => {})
      return inside(from, (whole) => rename(whole, join(root, to)).then(() => true), false)
    },
    remove: (path) => inside(path, (whole) => rm(whole, { force: true }), undefined),
    async close() {},
  }
}

function failure(root: string, path: string, error: NodeJS.ErrnoException): ErpError {
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new ErpError(
      'unauthorised',
      `The hub may not use ${root}/${path} (${error.code}). Check the rights of the folder.`,
    )
  if (error.code === 'ENOENT')
    return new ErpError('unreachable', `There is no folder ${root}. Is the address right, and the share mounted?`)
  return new ErpError('unreachable', `The folder ${root} can't be used: ${error.message}`, { cause: error })
}
