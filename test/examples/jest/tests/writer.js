/** Writes one key after the other for as long as a test wants, and remembers which ones were acknowledged. */
exports.startWriting = (client) => {
  const acknowledged = []
  let on = true
  const done = (async () => {
    for (let count = 0; on; count++) {
      const key = `key:${count}`
      // What fails was not acknowledged, and is nobody's loss.
      await client.set(key, key).then(
        () => acknowledged.push(key),
        () => {},
      )
    }
  })()
  return {
    acknowledged,
    async stop() {
      on = false
      await done
    },
    /** Keys that were acknowledged and are not there. */
    async lost() {
      const values = await Promise.all(acknowledged.map((key) => client.get(key)))
      return acknowledged.filter((key, index) => values[index] !== key)
    },
  }
}

/** Asks again until the answer is yes; the timeout of the test ends it. */
exports.eventually = async (holds) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}
