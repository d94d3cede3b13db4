import { release } from "node:os";

/**
 * The settings of the embedded PostgreSQL, given on its command line so that nothing in the data
 * directory can weaken them (`ALTER SYSTEM` cannot either).
 *
 * Measured with them (PSS of all five processes): 18 MB idle after the start, 57 MB idle after work that
 * filled the caches, 102 MB with ten connections that write.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  // Nothing accepted is ever lost.
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  restart_after_crash: "on",

  // Only a socket in a directory of mode 0700; no network.
  listen_addresses: "",
  unix_socket_permissions: "0700",
  max_connections: "40",
  // A client that was killed lets go of its locks within seconds, also in the middle of a statement.
  client_connection_check_interval: "2s",

  // Small: one machine, one application, mostly short statements.
  shared_buffers: "64MB",
  work_mem: "4MB",
  maintenance_work_mem: "64MB",
  effective_cache_size: "512MB",
  huge_pages: "off",
  jit: "off",
  // "worker", the default, keeps three more processes.
  io_method: "sync",
  max_worker_processes: "2",
  max_parallel_workers: "0",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  max_wal_senders: "0",
  max_replication_slots: "0",
  max_logical_replication_workers: "0",

  // The log is replayed after a crash: half a gigabyte takes seconds.
  min_wal_size: "64MB",
  max_wal_size: "512MB",
  random_page_cost: "1.1",

  // A queue table turns over completely all the time: look often, act early, do not dawdle.
  autovacuum_naptime: "15s",
  autovacuum_max_workers: "2",
  autovacuum_worker_slots: "2",
  autovacuum_vacuum_scale_factor: "0.05",
  autovacuum_vacuum_threshold: "200",
  autovacuum_analyze_scale_factor: "0.05",
  autovacuum_vacuum_insert_scale_factor: "0.1",
  autovacuum_vacuum_cost_delay: "1ms",

  // Messages without statements or values: those may hold what callers sent.
  log_destination: "stderr",
  logging_collector: "off",
  log_min_messages: "warning",
  log_min_error_statement: "panic",
  log_parameter_max_length_on_error: "0",
  log_checkpoints: "off",
  checkpoint_warning: "0",
  log_line_prefix: "%m [%p] ",
  log_timezone: "UTC",
  timezone: "UTC",
};

export const SOCKET_PORT = 5432;
export const DATABASE_USER = "glyphdesk";
export const DATABASE_NAME = "glyphdesk";

/**
 * How a whole cluster is brought to disk, after initdb and before the recovery from a crash. One
 * syncfs instead of a thousand fsyncs: on a busy disk 0.2 s instead of 3. Before Linux 5.8 syncfs
 * did not report errors, so there it stays with fsync.
 */
export function syncMethod(platform: NodeJS.Platform = process.platform, kernel = release()): string {
  const [major = 0, minor = 0] = kernel.split(".").map(Number);
  return platform === "linux" && (major > 5 || (major === 5 && minor >= 8)) ? "syncfs" : "fsync";
}

/** How the data directory is called from inside: a process whose working directory it already is. */
export function ownDirectory(platform: NodeJS.Platform, cluster: string): string {
  return platform === "linux" ? "/proc/self/cwd" : cluster;
}

/**
 * The postmaster's arguments. It is started *in* the cluster and names it by way of its working
 * directory, and the socket directory by a relative path: so neither a closed directory above nor
 * the length of the path matters to it. `tag` makes the process recognisable (see `find-postmaster.ts`).
 */
export function postmasterArguments(directory: string, tag: string): string[] {
  const settings = {
    ...SETTINGS,
    cluster_name: tag,
    unix_socket_directories: "../run",
    recovery_init_sync_method: syncMethod(),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", directory, "-p", String(SOCKET_PORT), ...flags];
}
