/** What is printed. */
import type { CycleResult } from './cycle.js'
import type { Tally } from './tally.js'

const thousands = new Intl.NumberFormat('en')
const number = (value: number) => thousands.format(value)

/** `figures`: the last line of a soak. */
export function figures(tally: Tally, { seed, elapsedMs }: { seed: number; elapsedMs: number }): string {
  const kinds = [...tally.faults].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${number(count)}`)
  const faults = `${number(tally.faultCount)} faults injected`
  const { leak, loss, failure } = tally.violations
  return [
    `soak: seed ${seed}`,
    `${number(tally.cycles)} cycles in ${inMinutes(elapsedMs)}`,
    kinds.length > 0 ? `${faults} (${kinds.join(', ')})` : faults,
    `${number(tally.writes)} acknowledged writes checked`,
    `${leak} leaks`,
    `${loss} losses`,
    ...(failure > 0 ? [`${failure} other failures`] : []),
  ].join(' · ')
}

export function cycleLine({ number, scenario, elapsedMs, tally, failed }: CycleResult): string {
  const parts = [
    `cycle ${number}`,
    scenario,
    `${(elapsedMs / 1000).toFixed(1)} s`,
    `${tally.faultCount} faults`,
    ...(tally.writes > 0 ? [`${tally.writes} writes`] : []),
    failed ? `FAILED (${failed.violation.kind})` : 'ok',
  ]
  return parts.join(' · ')
}

/** Everything that whoever looks into it needs. */
export function evidence(
  { number, scenario, failed }: CycleResult,
  { seed, only }: { seed: number; only: string | undefined },
): string {
  if (!failed) return ''
  const { violation, plan, kept } = failed
  const again = ['npm run soak --', `--seed ${seed}`, `--cycle ${number}`, ...(only ? [`--only ${only}`] : [])].join(
    ' ',
  )
  return [
    `${violation.kind} in cycle ${number} (${scenario}) of seed ${seed}: ${violation.message}`,
    ...violation.details.map((line) => `  ${line}`),
    `  plan: ${JSON.stringify(plan)}`,
    `  kept: ${kept} (soak.log says what was done)`,
    `  repeat it: ${again}`,
  ].join('\n')
}

const inMinutes = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`
