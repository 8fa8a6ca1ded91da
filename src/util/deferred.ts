/** A promise with its two handles, as Promise.withResolvers makes it from Node 22 on. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value) => void
  readonly reject: (reason: unknown) => void
}

export function deferred<Value>(): Deferred<Value> {
  let resolve!: (value: Value) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<Value>((ok, failed) => {
    resolve = ok
    reject = failed
  })
  return { promise, resolve, reject }
}
