// Programs of the tests that run in processes of their own, so that they can be killed. Node 20 reads no TypeScript: the tree is
// compiled once per test file into a temporary folder.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Compiled {
  /** Folder with src/, jobs/, test/ ... as JavaScript. */
  folder: string
  remove(): Promise<void>
}

export async function compileTree(): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-test-compiled-'))
  await chmod(folder, 0o755)
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await new Promise<void>((done, failed) => {
    const tsc = spawn(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', ROOT, '--noCheck', '--outDir', folder],
      { stdio: 'inherit' },
    )
    tsc.once('error', failed)
    tsc.once('exit', () => done())
  })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

export interface Child {
  process: ChildProcess
  lines: string[]
  /** The first line, present or to come, that begins so; without that beginning. Rejects when the program ends before. */
  line(beginning: string): Promise<string>
  ended: Promise<void>
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>
}

/** Starts a compiled program, by its path in the tree with .js at the end. */
export function startChild(
  compiled: Compiled,
  program: string,
  args: string[],
  options: { uid?: number; gid?: number; env?: Record<string, string> } = {},
): Child {
  const child = spawn(process.execPath, [join(compiled.folder, program), ...args], {
    cwd: compiled.folder,
    env: { PATH: process.env.PATH ?? '', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of [...waiting]) look()
  }
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      wake()
    })
  let over = false
  const ended = new Promise<void>((done) => {
    child.once('close', () => {
      over = true
      wake()
      done()
    })
  })
  return {
    process: child,
    lines,
    ended,
    line: (beginning) =>
      new Promise((done, failed) => {
        const look = () => {
          const found = lines.find((line) => line.startsWith(beginning))
          if (found !== undefined) done(found.slice(beginning.length))
          else if (over)
            failed(new Error(`${program} ended without a line "${beginning}...". It said:\n${lines.join('\n')}`))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
