import { OperatorError } from "../../base/errors.ts";

/** The user the database runs as. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** What the choice depends on. */
export interface IdentityFacts {
  readonly ownUid: number;
  readonly dataDir: string;
  /** Owner of `<data directory>/postgresql`, if it exists. */
  readonly homeOwner: Identity | null;
  readonly dataDirOwner: Identity;
  /** The text of /etc/passwd. */
  readonly passwd: string;
}

const ROOT = 0;

/**
 * PostgreSQL refuses to run as root. So when we are root it runs as the owner of its directory, else
 * as the owner of the data directory, else (all is root's) as `nobody`. It must be a user that the
 * host knows, because initdb asks for its name; and no user is created on the host.
 * Null means: as ourselves.
 */
export function chooseIdentity(facts: IdentityFacts): Identity | null {
  const { homeOwner, dataDirOwner, ownUid } = facts;
  if (ownUid !== ROOT) {
    refuseForeignHome(facts);
    return null;
  }
  if (homeOwner !== null && homeOwner.uid !== ROOT) return homeOwner;
  if (dataDirOwner.uid !== ROOT) return dataDirOwner;
  const nobody = findUser(facts.passwd, "nobody");
  if (nobody !== null) return nobody;
  throw new OperatorError(
    `Running as root, but PostgreSQL refuses to, and there is no user "nobody" to run it as. ` +
      `Give the data directory ${facts.dataDir} to an ordinary user (chown), and the database will run as that user.`,
  );
}

function refuseForeignHome({ homeOwner, ownUid, dataDir }: IdentityFacts): void {
  if (homeOwner === null || homeOwner.uid === ownUid) return;
  throw new OperatorError(
    `The database in ${dataDir} belongs to user id ${homeOwner.uid}, and this process runs as user id ${ownUid}. ` +
      "Run the command as that user or as root.",
  );
}

/** Looks a user up in the text of /etc/passwd. */
export function findUser(passwd: string, name: string): Identity | null {
  for (const line of passwd.split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name && uid !== undefined && gid !== undefined) {
      return { uid: Number(uid), gid: Number(gid) };
    }
  }
  return null;
}
