/** redis-lab install */
import { placesFrom } from '../paths.js'
import { installRelease } from '../release/index.js'
import { badInput, checksumProblem, labShape } from '../spec/index.js'
import { printJson, printNote, printResult, showProgress } from '../view/index.js'
import type { Invocation } from './command.js'
import { installShape } from './shapes.js'
import { interruptible } from './interrupt.js'
import { resolveOptions } from './options.js'

export async function run(invocation: Invocation): Promise<number> {
  const { sha256, malloc, tls, json } = resolveOptions(installShape, invocation)
  const { env, file } = invocation
  const [asked] = invocation.args
  const { redis } = resolveOptions(
    { redis: labShape.redis },
    { said: asked === undefined ? {} : { redis: asked }, env, file },
  )
  const problem = checksumProblem({ redis, sha256 })
  if (problem) throw badInput([problem])
  return interruptible(async (signal) => {
    const progress = showProgress({ json, goal: 'build' })
    try {
      const build = await installRelease(
        { redis, sha256, malloc, tls },
        { cacheDir: placesFrom(env).cache, env, emit: progress.emit, signal },
      )
      await progress.finish('done')
      if (json) printJson(build)
      else {
        printNote(`${build.engine} ${build.version} is ready (${build.source})`)
        printResult(`${build.server}\n${build.cli}`)
      }
      return 0
    } catch (error) {
      await progress.finish('failed')
      throw error
    }
  })
}
