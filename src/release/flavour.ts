/** How a release is built, as far as anybody may choose: part of the name of each entry in the cache. */
export type Malloc = 'libc' | 'jemalloc'

export interface Flavour {
  readonly malloc: Malloc
  /** With TLS, which needs the headers of OpenSSL. */
  readonly tls: boolean
}

/** `libc`, `jemalloc-tls`. */
export const flavourName = ({ malloc, tls }: Flavour): string => (tls ? `${malloc}-tls` : malloc)

/** Whether the build under this key of the cache was made with TLS: the end of the key is its flavour. */
export const isTlsKey = (key: string): boolean => /-(libc|jemalloc)-tls$/.test(key)
