/**
 * A program that uses the library: it starts a lab, prints the lab's status as one line once it has it, and ends in the way that
 * its first argument says, so many milliseconds after its start as the second says, whether it has its lab by then or not.
 */
import process from 'node:process'
import { setTimeout } from 'node:timers'
import { startLab } from 'redis-lab'

const [way, afterMs, options] = process.argv.slice(2)
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
const began = startLab(JSON.parse(options ?? '{}'))
const said = began.then(async (lab) => say(await lab.status()))
said.catch(() => {})

const ways = {
  /** Works until it is ended from outside. */
  hold: () => process.stdin.resume(),
  /** Calls process.exit() and has forgotten its lab. */
  exit: () => process.exit(3),
  /** Fails, as a test might. */
  throw() {
    throw new Error('this program has failed')
  },
  /** Ends properly. */
  stop: async () => (await began).stop(),
  /** Goes on whatever happens to its lab, and ends properly when its standard input does. */
  async outlive() {
    process.stdin.resume()
    await new Promise((resolve) => process.stdin.once('end', resolve))
    try {
      await (await began).stop()
    } catch (error) {
      say({ failed: error.code ?? String(error) })
    }
  },
}
setTimeout(ways[way], Number(afterMs))
