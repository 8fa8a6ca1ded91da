/** What building needs from the machine, and how to get it there. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.js'
import { findOnPath, runCommand } from '../../util/command.js'
import type { Environment } from '../context.js'

export interface Tool {
  readonly name: string
  readonly ok: boolean
  /** The command as it will be run. */
  readonly found?: string | undefined
  /** The first line of what it says about itself. */
  readonly version?: string | undefined
  readonly advice?: string | undefined
}

export interface Tools {
  readonly make: Tool
  readonly cc: Tool
  readonly cxx: Tool
}

/** Runs each one, because being on PATH is not enough: without Xcode, macOS has a `cc` that only asks to install it. */
export async function findTools(env: Environment): Promise<Tools> {
  const advice = installLine(process.platform, readOsRelease())
  const probe = async (name: string, given: string | undefined, candidates: readonly string[]): Promise<Tool> => {
    for (const candidate of given ? [given] : candidates) {
      // CC may carry arguments: "ccache gcc".
      const [program = '', ...args] = candidate.trim().split(/\s+/)
      const file = path.isAbsolute(program) ? program : findOnPath(program, env['PATH'] ?? '')
      if (!file) continue
      try {
        const { output } = await runCommand(file, [...args, '--version'], {
          env: { ...env, LC_ALL: 'C' },
          timeoutMs: 20_000,
        })
        return { name, ok: true, found: [file, ...args].join(' '), version: output.trim().split('\n')[0] }
      } catch {
        continue
      }
    }
    return { name, ok: false, advice }
  }
  const [make, cc, cxx] = await Promise.all([
    probe('make', undefined, ['make', 'gmake']),
    probe('C compiler', env['CC'], ['cc', 'gcc', 'clang']),
    probe('C++ compiler', env['CXX'], ['g++', 'c++', 'clang++']),
  ])
  return { make, cc, cxx }
}

/** @throws LabError `tools-missing` with the line that installs them */
export async function requireTools(env: Environment, { needsCxx }: { needsCxx: boolean }): Promise<Tools> {
  const tools = await findTools(env)
  const missing = [tools.make, tools.cc, ...(needsCxx ? [tools.cxx] : [])].filter((tool) => !tool.ok)
  if (missing.length === 0) return tools
  const names = missing.map((tool) => (tool.name === 'make' ? 'make' : `a ${tool.name}`)).join(' and ')
  throw new LabError({
    code: 'tools-missing',
    message: `Redis is built from source, and ${names} cannot be run here`,
    hint: `${missing[0]?.advice} (or use a Redis that is already there: --redis system, --redis PATH)`,
  })
}

/** The command that gets compiler and make, by platform; `osRelease` is the text of /etc/os-release. */
export function installLine(platform: NodeJS.Platform, osRelease: string): string {
  if (platform === 'darwin') return 'Install them with: xcode-select --install'
  const installer = installerFor(osRelease)
  return installer
    ? `Install them with: ${installer.command} ${installer.tools}`
    : 'Install a C compiler (gcc or clang) with its C++ part, and GNU make'
}

/** How packages are had here; undefined where the distribution is not known. */
export function installerFor(osRelease: string): Installer | undefined {
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? ''
  const ids = `${field('ID')} ${field('ID_LIKE')}`.toLowerCase().split(/\s+/)
  return installers.find((installer) => installer.ids.some((id) => ids.includes(id)))
}

/** Names of a distribution and of those that are made from it. */
export type Family = 'debian' | 'fedora' | 'alpine' | 'arch' | 'suse'

interface Installer {
  readonly family: Family
  readonly ids: readonly string[]
  /** The command that packages are given to. */
  readonly command: string
  /** What brings compilers and make. */
  readonly tools: string
}

const installers: readonly Installer[] = [
  { family: 'debian', ids: ['debian', 'ubuntu'], command: 'sudo apt-get install', tools: 'build-essential' },
  {
    family: 'fedora',
    ids: ['fedora', 'rhel', 'centos', 'amzn'],
    command: 'sudo dnf install',
    tools: 'gcc gcc-c++ make',
  },
  { family: 'alpine', ids: ['alpine'], command: 'sudo apk add', tools: 'build-base linux-headers' },
  { family: 'arch', ids: ['arch'], command: 'sudo pacman -S --needed', tools: 'base-devel' },
  { family: 'suse', ids: ['suse', 'opensuse'], command: 'sudo zypper install', tools: 'gcc gcc-c++ make' },
]

export function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}
