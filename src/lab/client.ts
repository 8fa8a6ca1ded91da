/** The typed client of a supervisor's control API. */
import http from 'node:http'
import { LabError, type ErrorData } from '../errors.js'
import type { LabStatus } from '../supervisor/index.js'

/** Long enough for a lab whose servers need their whole grace to stop. */
const answerMs = 30_000

/** @throws LabError `supervisor-failed` when nobody answers; what the supervisor itself reports */
export const askStatus = (socket: string): Promise<LabStatus> => ask<LabStatus>(socket, 'GET', '/status')
export const askStop = (socket: string): Promise<unknown> => ask(socket, 'POST', '/stop')

function ask<Answer>(socketPath: string, method: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(
        new LabError(
          {
            code: 'supervisor-failed',
            message: `the supervisor of this lab does not answer: ${error.message}`,
            hint: 'redis-lab down ends what is left of the lab; its data stays.',
            details: [`socket: ${socketPath}`],
          },
          { cause: error },
        ),
      )
    const request = http.request({ socketPath, method, path, agent: false, timeout: answerMs }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.once('error', fail)
      response.once('end', () => {
        const body: unknown = JSON.parse(text)
        if (response.statusCode === 200) resolve(body as Answer)
        else reject(new LabError(body as ErrorData))
      })
    })
    request.once('timeout', () => request.destroy(new Error(`no answer within ${answerMs} ms`)))
    request.once('error', fail)
    request.end()
  })
}
