import type { Queryable } from "../database/database.ts";
import type { Checks, Held } from "./claims.ts";
import type { SignedIn } from "./sessions.ts";

/** Check items: items whose answer is known, put before workers now and then. */
export class CheckItems implements Checks {
  async draw(_transaction: Queryable, _worker: SignedIn, _ahead: boolean): Promise<Held | null> {
    return null;
  }
}
