/** What can be said about the text of `--redis` without knowing any release. Pure. */

/** An address, by its beginning; whether it may be used is another question. */
export const isAddress = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text)

/** What comes from an address is compared with a sha256; everything else is verified in other ways, or is here already. */
export function checksumProblem(said: {
  readonly redis?: string | undefined
  readonly sha256?: string | undefined
}): string | undefined {
  const address = said.redis !== undefined && isAddress(said.redis)
  if (address && said.sha256 === undefined)
    return '--redis with an address needs --sha256: what comes from there could not be verified'
  if (!address && said.sha256 !== undefined) return '--sha256 belongs to an address in --redis, and there is none'
  return undefined
}
