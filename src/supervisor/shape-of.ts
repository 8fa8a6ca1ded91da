/** What makes the cluster of a lab whole. */
import type { Shape } from '../cluster/index.js'
import type { LabRecord } from './record.js'

/** As planned. */
export const shapeOf = ({ spec }: LabRecord): Shape => ({
  masters: spec.masters,
  replicas: spec.masters * spec.replicas,
})

/** Whatever was made of a lab since it was formed, as long as it is whole. */
export const anyShapeOf = (record: LabRecord): Shape => ({ ...shapeOf(record), mayDiffer: true })
