// One hub at a time prepares a data folder. A lock file, given up by the dead: its holder writes to it every second.
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 100
const STALE_AFTER_LOOKS = 100

const held = new Set<string>()

/** Runs `work` while no other process runs its own under the same path. Waits for the other to finish or to be dead. */
export async function withStartLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  let written = 0
  let looks = 0
  while (!(await take(path))) {
    const seen = await stat(path).then(
      (file) => file.mtimeMs,
      () => 0,
    )
    looks = seen === written ? looks + 1 : 0
    written = seen
    if (looks > STALE_AFTER_LOOKS || (await isLeftByDead(path))) await rm(path, { force: true })
    else await sleep(LOOK_EVERY_MS)
  }
  held.add(path)
  const beat = setInterval(() => writeFile(path, String(process.pid)).catch(() => undefined), 1000)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    held.delete(path)
    await rm(path, { force: true })
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isLeftByDead(path: string): Promise<boolean> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''))
  // A restarted container gives out the same few process ids: ours on the file is then the former one's.
  return pid === process.pid ? !held.has(path) : pid > 0 && !isAlive(pid)
}

/** Whether a process with this id exists, of whatever user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
