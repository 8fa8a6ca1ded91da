/** Which package a failed build was in want of, by what the compiler or the linker did not find. Pure. */
import { installerFor, type Family } from './tools.js'

interface Package {
  /** A header as it is included, `-l` and a library, or a program. */
  readonly brings: RegExp
  readonly names: Readonly<Record<Family, string>>
  /** What gets it on macOS. */
  readonly darwin: string
}

const packages: readonly Package[] = [
  {
    brings: /^(openssl\/|-l(ssl|crypto)$)/,
    names: {
      debian: 'libssl-dev',
      fedora: 'openssl-devel',
      alpine: 'openssl-dev',
      arch: 'openssl',
      suse: 'libopenssl-devel',
    },
    darwin: 'brew install openssl@3',
  },
  {
    brings: /^systemd\/|^-lsystemd$/,
    names: {
      debian: 'libsystemd-dev',
      fedora: 'systemd-devel',
      alpine: 'elogind-dev',
      arch: 'systemd-libs',
      suse: 'systemd-devel',
    },
    darwin: 'brew install systemd',
  },
  {
    brings: /^(linux|asm|asm-generic)\//,
    names: {
      debian: 'linux-libc-dev',
      fedora: 'kernel-headers',
      alpine: 'linux-headers',
      arch: 'linux-api-headers',
      suse: 'linux-glibc-devel',
    },
    darwin: 'xcode-select --install',
  },
  {
    // cc1plus is the compiler behind g++; headers of C++ have no ending.
    brings: /^(cc1plus|-lstdc\+\+|[a-z_]+)$/,
    names: { debian: 'g++', fedora: 'gcc-c++', alpine: 'g++', arch: 'gcc', suse: 'gcc-c++' },
    darwin: 'xcode-select --install',
  },
  {
    brings:
      /^((std\w+|string|errno|limits|features|unistd|assert|ctype|math|signal|time|pthread)\.h|(sys|bits|gnu|netinet|arpa)\/|-l(c|m|pthread|dl|rt)$)/,
    names: { debian: 'libc6-dev', fedora: 'glibc-devel', alpine: 'musl-dev', arch: 'glibc', suse: 'glibc-devel' },
    darwin: 'xcode-select --install',
  },
]

const signs: readonly RegExp[] = [
  /fatal error: '?([^\s:']+)'?(?:: No such file| file not found)/,
  /(?:cannot find |library not found for )(-l[\w+.-]+)/,
  /library '([\w+.-]+)' not found/,
  /cannot execute '(cc1plus)'/,
]

/** A sentence that names what was not found and how to get it; undefined when nothing of the kind was said. */
export function missingPackage(
  lines: readonly string[],
  platform: NodeJS.Platform,
  osRelease: string,
): string | undefined {
  const things = lines.flatMap((line) => signs.flatMap((sign) => missedIn(line, sign)))
  for (const thing of things) {
    const found = packages.find(({ brings }) => brings.test(thing))
    if (!found) continue
    if (platform === 'darwin') return `${thing} is missing; probably this helps: ${found.darwin}`
    const installer = installerFor(osRelease)
    if (installer)
      return `${thing} is missing; probably this helps: ${installer.command} ${found.names[installer.family]}`
    return `${thing} is missing; elsewhere its package is called ${found.names.debian} or ${found.names.fedora}`
  }
  return undefined
}

function missedIn(line: string, sign: RegExp): string[] {
  const thing = sign.exec(line)?.[1]
  if (thing === undefined) return []
  // The newest linker of macOS names a library without -l.
  return [sign.source.startsWith("library '") ? `-l${thing}` : thing]
}
