/**
 * Which directive of redis.conf which version knows, from 5.0.5 on: what came when, and what went.
 *
 * A name is here when a server takes a line of redis.conf that begins with it, under each of its spellings (slave-… and
 * replica-…); also one that has no effect any more, and one that CONFIG GET does not show. Not here is what only special builds
 * take, and what belongs to Sentinel. The facts are those of each release's own parser (src/config.c); a test holds them against
 * every server that can be had. Where no release between two that were looked at could be had, a name stands with the one whose
 * release notes have it, or else with the later of the two.
 */
import type { Build } from '../../release/index.js'

export interface Change {
  readonly version: string
  readonly came?: readonly string[]
  readonly went?: readonly string[]
}

export interface History {
  /** Oldest first. */
  readonly changes: readonly Change[]
  /** Nothing is missing here of what versions up to this one know; a later patch of an earlier line is not expected to add any. */
  readonly completeTo: string
  /** Later versions of which the same is true; of any other, a name that is not here may be one that came since. */
  readonly alsoComplete: readonly string[]
}

const words = (text: string): string[] => text.trim().split(/\s+/)

const first = words(`
  active-defrag-cycle-max active-defrag-cycle-min active-defrag-ignore-bytes active-defrag-max-scan-fields
  active-defrag-threshold-lower active-defrag-threshold-upper activedefrag activerehashing always-show-logo aof-load-truncated
  aof-rewrite-incremental-fsync aof-use-rdb-preamble appendfilename appendfsync appendonly auto-aof-rewrite-min-size
  auto-aof-rewrite-percentage bind client-output-buffer-limit client-query-buffer-limit cluster-announce-bus-port
  cluster-announce-ip cluster-announce-port cluster-config-file cluster-enabled cluster-migration-barrier cluster-node-timeout
  cluster-replica-no-failover cluster-replica-validity-factor cluster-require-full-coverage cluster-slave-no-failover
  cluster-slave-validity-factor daemonize databases dbfilename dir dynamic-hz hash-max-ziplist-entries hash-max-ziplist-value
  hll-sparse-max-bytes hz include latency-monitor-threshold lazyfree-lazy-eviction lazyfree-lazy-expire lazyfree-lazy-server-del
  lfu-decay-time lfu-log-factor list-compress-depth list-max-ziplist-entries list-max-ziplist-size list-max-ziplist-value
  loadmodule logfile loglevel lua-replicate-commands lua-time-limit masterauth maxclients maxmemory maxmemory-policy
  maxmemory-samples min-replicas-max-lag min-replicas-to-write min-slaves-max-lag min-slaves-to-write no-appendfsync-on-rewrite
  notify-keyspace-events pidfile port protected-mode proto-max-bulk-len rdb-save-incremental-fsync rdbchecksum rdbcompression
  rename-command repl-backlog-size repl-backlog-ttl repl-disable-tcp-nodelay repl-diskless-sync repl-diskless-sync-delay
  repl-ping-replica-period repl-ping-slave-period repl-timeout replica-announce-ip replica-announce-port
  replica-ignore-maxmemory replica-lazy-flush replica-priority replica-read-only replica-serve-stale-data replicaof requirepass
  save set-max-intset-entries slave-announce-ip slave-announce-port slave-ignore-maxmemory slave-lazy-flush slave-priority
  slave-read-only slave-serve-stale-data slaveof slowlog-log-slower-than slowlog-max-len stop-writes-on-bgsave-error
  stream-node-max-bytes stream-node-max-entries supervised syslog-enabled syslog-facility syslog-ident tcp-backlog tcp-keepalive
  timeout unixsocket unixsocketperm zset-max-ziplist-entries zset-max-ziplist-value
`)

/** Up to 7.2.4 the two engines are one. */
const common: readonly Change[] = [
  { version: '5.0.0', came: first },
  { version: '5.0.11', came: ['ignore-warnings'] },
  {
    version: '6.0.0',
    came: words(`
      aclfile acllog-max-len active-expire-effort cluster-allow-reads-when-down gopher-enabled io-threads io-threads-do-reads
      jemalloc-bg-thread key-load-delay lazyfree-lazy-user-del masteruser rdb-del-sync-files rdb-key-save-delay
      repl-diskless-load tls-auth-clients tls-ca-cert-dir tls-ca-cert-file tls-cert-file tls-ciphers tls-ciphersuites tls-cluster
      tls-dh-params-file tls-key-file tls-port tls-prefer-server-ciphers tls-protocols tls-replication tracking-table-max-keys
      user
    `),
    went: ['ignore-warnings'],
  },
  { version: '6.0.2', came: words('aof_rewrite_cpulist bgsave_cpulist bio_cpulist server_cpulist') },
  { version: '6.0.6', came: words('tls-session-cache-size tls-session-cache-timeout tls-session-caching') },
  { version: '6.0.7', came: words('oom-score-adj oom-score-adj-values') },
  { version: '6.0.10', came: ['ignore-warnings'] },
  {
    version: '6.2.0',
    came: words(`
      acl-pubsub-default crash-log-enabled crash-memcheck-enabled disable-thp lazyfree-lazy-user-flush
      maxmemory-eviction-tenacity proc-title-template sanitize-dump-payload set-proc-title tls-client-cert-file
      tls-client-key-file use-exit-on-panic
    `),
  },
  {
    version: '6.2.2',
    came: words(`
      cluster-allow-replica-migration cluster-announce-tls-port replica-announced tls-client-key-file-pass tls-key-file-pass
    `),
  },
  {
    version: '7.0.0',
    came: words(`
      aof-disable-auto-gc aof-timestamp-enabled appenddirname bind-source-addr busy-reply-threshold
      cluster-allow-pubsubshard-when-down cluster-announce-hostname cluster-link-sendbuf-limit cluster-port
      cluster-preferred-endpoint-type enable-debug-command enable-module-command enable-protected-configs
      hash-max-listpack-entries hash-max-listpack-value latency-tracking latency-tracking-info-percentiles
      list-max-listpack-size loading-process-events-interval-bytes maxmemory-clients propagation-error-behavior
      repl-diskless-sync-max-replicas replica-ignore-disk-write-errors shutdown-on-sigint shutdown-on-sigterm shutdown-timeout
      socket-mark-id watchdog-period zset-max-listpack-entries zset-max-listpack-value
    `),
    went: ['gopher-enabled'],
  },
  {
    version: '7.2.0',
    came: words(`
      cluster-announce-human-nodename cluster-ping-interval locale-collate set-max-listpack-entries set-max-listpack-value
    `),
  },
]

/** What both took up after they had parted, at different times. */
const cpuLists = words('aof-rewrite-cpulist bgsave-cpulist bio-cpulist server-cpulist')
const both74and80 = [
  ...cpuLists,
  ...words('hide-user-data-from-log max-new-connections-per-cycle max-new-tls-connections-per-cycle'),
]

export const histories: Readonly<Record<Build['engine'], History>> = {
  redis: {
    completeTo: '8.0.6',
    alsoComplete: ['8.6.3'],
    changes: [
      ...common,
      { version: '7.4.0', came: both74and80 },
      { version: '8.0.0', came: words('cluster-compatibility-sample-ratio replica-full-sync-buffer-limit') },
      { version: '8.2.0', came: ['cluster-slot-stats-enabled'] },
      {
        version: '8.4.0',
        came: words(`
          aof-load-corrupt-tail-max-size cluster-slot-migration-handoff-max-lag-bytes
          cluster-slot-migration-write-pause-timeout lookahead
        `),
      },
      {
        version: '8.6.0',
        came: words(`
          key-memory-histograms prefetch-batch-max-size stream-idmp-duration stream-idmp-maxsize tls-auth-clients-user
          vset-force-single-threaded-execution
        `),
      },
    ],
  },
  valkey: {
    completeTo: '8.0.1',
    alsoComplete: ['9.1.2'],
    changes: [
      { version: '7.2.0', came: knownAfter(common) },
      {
        version: '8.0.0',
        came: [
          ...both74and80,
          ...words(`
            availability-zone cluster-announce-client-ipv4 cluster-announce-client-ipv6 cluster-blacklist-ttl
            cluster-slot-stats-enabled debug-context dual-channel-replication-enabled enable-debug-assert events-per-io-thread
            extended-redis-compatibility prefetch-batch-max-size primaryauth primaryuser unixsocketgroup
          `),
        ],
      },
      {
        version: '8.1.0',
        came: words(`
          active-defrag-cycle-us cluster-manual-failover-timeout commandlog-execution-slower-than
          commandlog-large-reply-max-len commandlog-large-request-max-len commandlog-reply-larger-than
          commandlog-request-larger-than commandlog-slow-execution-max-len import-mode log-format log-timestamp-format
          rdb-version-check rdma-bind rdma-completion-vector rdma-port rdma-rx-size
        `),
      },
      {
        version: '9.0.0',
        came: words(`
          cluster-databases cluster-slot-migration-log-max-len mptcp repl-mptcp slot-migration-max-failover-repl-bytes
          tls-auth-clients-user
        `),
      },
      {
        version: '9.1.0',
        came: words(`
          cluster-announce-client-port cluster-announce-client-tls-port cluster-config-save-behavior hash-seed
          tls-auto-reload-interval
        `),
      },
    ],
  },
}

/** What is there when all of these changes have happened. */
export function knownAfter(changes: readonly Change[]): string[] {
  const known = new Set<string>()
  for (const { came = [], went = [] } of changes) {
    for (const name of went) known.delete(name)
    for (const name of came) known.add(name)
  }
  return [...known]
}
