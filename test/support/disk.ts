/** Disks that are small or cannot be written to: each is a file system of its own, below the scratch. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, truncateSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { afterEach } from 'vitest'
import type { Scratch } from './scratch.js'

export interface Disk {
  readonly dir: string
  /** Fills it to the last byte, but for `freeKiB`. */
  fill(freeKiB?: number): void
  /** Makes the room again. */
  clear(): void
  /** From here on everything on it can be read only. No file of it may be open for writing. */
  protect(): void
  unprotect(): void
}

const pageBytes = 4096

/** Only root may mount, and not in every container. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount()

function tryMount(): boolean {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'rl-mount-'))
  try {
    mount(dir, 64)
    unmount(dir)
    return true
  } catch {
    return false
  } finally {
    rmdirSync(dir)
  }
}

/** Call it once per file, after useScratch(): whatever was mounted is unmounted before the scratch is removed. */
export function useDisks(scratch: Scratch): (sizeKiB: number) => Disk {
  const mounted: string[] = []
  afterEach(() => {
    for (const dir of mounted.splice(0)) unmount(dir)
  })
  return (sizeKiB) => {
    const dir = path.join(scratch.dir, `disk-${mounted.length}`)
    mkdirSync(dir)
    mount(dir, sizeKiB)
    mounted.push(dir)
    return diskIn(dir)
  }
}

function diskIn(dir: string): Disk {
  const filler = path.join(dir, 'filler')
  return {
    dir,
    fill(freeKiB = 0) {
      const file = openSync(filler, 'w')
      let sizeBytes = 0
      try {
        for (;;) sizeBytes += writeSync(file, Buffer.alloc(pageBytes, 1))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
      truncateSync(filler, Math.max(0, sizeBytes - freeKiB * 1024))
    },
    clear: () => rmSync(filler),
    protect: () => void execFileSync('mount', ['-o', 'remount,ro', dir]),
    unprotect: () => void execFileSync('mount', ['-o', 'remount,rw', dir]),
  }
}

function mount(dir: string, sizeKiB: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'none', dir], { stdio: 'ignore' })
}

/** Lazily: a test that failed may have left servers in it. */
function unmount(dir: string): void {
  execFileSync('umount', ['-l', dir], { stdio: 'ignore' })
}
