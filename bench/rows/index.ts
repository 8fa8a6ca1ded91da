/** All rows, in the order of the table. */
import type { Row } from '../row.js'
import { commandLine } from './command-line.js'
import { createCluster } from './create-cluster.js'
import { down } from './down.js'
import { firstRun } from './first-run.js'
import { floor } from './floor.js'
import { idle } from './idle.js'
import { reset } from './reset.js'
import { resume } from './resume.js'
import { scale } from './scale.js'
import { snapshot } from './snapshot.js'
import { startLab } from './start-lab.js'
import { up } from './up.js'

export const rows: readonly Row[] = [
  createCluster,
  up,
  startLab,
  floor,
  scale,
  resume,
  down,
  firstRun,
  commandLine,
  idle,
  reset,
  snapshot,
]
