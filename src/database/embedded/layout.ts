import path from "node:path";

/**
 * Where the embedded PostgreSQL keeps its things. All of it lies in `<data directory>/postgresql`,
 * which belongs to the user the database runs as and is closed to everybody else.
 */
export interface Layout {
  readonly dataDir: string;
  /** `<data directory>/postgresql`, mode 0700. */
  readonly home: string;
  /** The cluster (PGDATA). It only ever appears finished, by a rename. */
  readonly cluster: string;
  /** An initdb in progress lies in a directory whose name starts with this. */
  readonly draftPrefix: string;
  /** Holds the socket. A sibling of the cluster, so that the database can call it `../run`. */
  readonly runDir: string;
  readonly logFile: string;
  /** Held exclusively by the one server process, for as long as it lives. */
  readonly ownerLock: string;
  /** Held shared by everyone who uses the database; whoever can have it alone may stop the database. */
  readonly usersLock: string;
  /** Held exclusively while somebody creates, starts or stops the database. */
  readonly bootLock: string;
  /** The server's process id, for the message that a second server prints. */
  readonly ownerNote: string;
  /** A copy of the binaries, where those of the package cannot be used as they lie. */
  readonly runtimeDir: string;
}

export function layoutOf(dataDir: string): Layout {
  const home = path.join(dataDir, "postgresql");
  const inHome = (name: string): string => path.join(home, name);
  return {
    dataDir,
    home,
    cluster: inHome("cluster"),
    draftPrefix: "cluster.new-",
    runDir: inHome("run"),
    logFile: inHome("postgresql.log"),
    ownerLock: inHome("owner.lock"),
    usersLock: inHome("users.lock"),
    bootLock: inHome("boot.lock"),
    ownerNote: inHome("owner.pid"),
    runtimeDir: inHome("runtime"),
  };
}
