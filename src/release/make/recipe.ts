/**
 * How each release is made, as data: a quirk of a version range is a row here and never an `if` elsewhere.
 *
 * Always the programs themselves as targets, in src/. From 8.10 the top-level target builds the modules as well, which needs
 * CMake, Rust and LLVM.
 */
import type { Build } from '../build.js'
import type { Flavour } from '../flavour.js'
import { hasTls, tooOldForTls } from '../tls.js'
import { compareVersions } from '../version.js'

export interface Recipe {
  /** Targets and file names at once. */
  readonly server: string
  readonly cli: string
  /** Given to make on its command line, where they beat the Makefile and the environment. */
  readonly variables: Readonly<Record<string, string>>
  readonly needsCxx: boolean
}

type Release = Pick<Build, 'engine' | 'version'>

interface Quirk {
  readonly engine: Build['engine']
  readonly from: string
  /** The first version that no longer has it. */
  readonly below?: string
  readonly change: Partial<Pick<Recipe, 'variables' | 'needsCxx'>>
}

const quirks: readonly Quirk[] = [
  // A global is defined in a header. gcc 10 and clang 11 stopped merging such definitions; older ones take the flag as well.
  { engine: 'redis', from: '5.0.0', below: '6.0.0', change: { variables: { REDIS_CFLAGS: '-fcommon' } } },
  // deps/fast_float is C++.
  { engine: 'redis', from: '8.0.0', change: { needsCxx: true } },
  // The modules are part of a build from here on, unless somebody says no.
  { engine: 'redis', from: '8.10.0', change: { variables: { BUILD_WITH_MODULES: 'no' } } },
]

const always = {
  // Up to 7.0 the default. Later ones optimise while linking (-O3 -flto): half of the work, in one step at the very end. For
  // servers on a developer's machine that is not worth it.
  OPTIMIZATION: '-O2',
  // Otherwise the server is linked with libsystemd where its headers happen to be; nothing in a lab is run by systemd.
  USE_SYSTEMD: 'no',
}

const withTls = { BUILD_TLS: 'yes' }

/** @throws LabError `release-unknown` for TLS where the release has none */
export function recipeFor(release: Release, { malloc, tls }: Flavour): Recipe {
  const changes = quirks.filter((quirk) => applies(quirk, release)).map(({ change }) => change)
  // Older Makefiles would take BUILD_TLS without a word and build the same as ever.
  if (tls && !hasTls(release)) throw tooOldForTls(release)
  const { engine } = release
  return {
    server: `${engine}-server`,
    cli: `${engine}-cli`,
    variables: Object.assign(
      { ...always, MALLOC: malloc },
      tls ? withTls : {},
      ...changes.map(({ variables }) => variables),
    ) as Recipe['variables'],
    needsCxx: changes.some(({ needsCxx }) => needsCxx === true),
  }
}

const applies = ({ engine, from, below }: Quirk, release: Release): boolean =>
  engine === release.engine &&
  compareVersions(release.version, from) >= 0 &&
  (below === undefined || compareVersions(release.version, below) < 0)

/**
 * Names that make or the Makefiles of Redis and Valkey would take from the environment. They are removed: a cache entry is
 * named after engine, version and flavour, and must not depend on what a shell had exported. CC and CXX stay, they choose
 * the compiler.
 */
export const scrubbed: readonly string[] = [
  ...['MAKEFLAGS', 'GNUMAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEFILES', 'MAKEOVERRIDES', 'V'],
  ...['DESTDIR', 'PREFIX', 'INSTALL_BIN', 'PROG_SUFFIX'],
  ...[
    'CFLAGS',
    'CXXFLAGS',
    'CPPFLAGS',
    'LDFLAGS',
    'LIBS',
    'OPT',
    'OPTIMIZATION',
    'OPTIMIZATION_CFLAGS',
    'DEBUG',
    'DEBUG_FLAGS',
  ],
  ...['REDIS_CFLAGS', 'REDIS_LDFLAGS', 'SERVER_CFLAGS', 'SERVER_LDFLAGS', 'SANITIZER', 'FORCE_LIBC_MALLOC'],
  ...[
    'MALLOC',
    'USE_JEMALLOC',
    'USE_TCMALLOC',
    'USE_SYSTEMD',
    'BUILD_TLS',
    'BUILD_RDMA',
    'BUILD_LUA',
    'BUILD_WITH_MODULES',
  ],
]
