/** The two ports of a node. */

/** A port's bus port is port + 10000, and 65535 is the last one there is. */
export const lastDataPort = 55_535
export const busPortOf = (port: number): number => port + 10_000
