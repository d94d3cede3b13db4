import { OperatorError } from "../base/errors.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import { isUniqueViolation } from "../database/faults.ts";
import { parsePattern, patternsFor } from "./pattern.ts";

/** NOTIFY channel that tells every process to read the list again. */
export const SITES_CHANNEL = "glyphdesk_sites";
/** How long the list is believed without the NOTIFY, which may be lost. */
const BELIEVED_MS = 5_000;

/** A site whose owner agreed that its CAPTCHAs are answered here. */
export interface Site extends Row {
  readonly pattern: string;
  readonly consent: string;
  /** When not empty, only these are answered. */
  readonly siteKeys: readonly string[];
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

export interface NewSite {
  readonly pattern: string;
  readonly consent: string;
  readonly siteKeys?: readonly string[];
  readonly expiresAt?: Date | null;
}

const COLUMNS = `pattern, consent, site_keys as "siteKeys", expires_at as "expiresAt", created_at as "createdAt"`;

/** @throws OperatorError when the pattern is no host, is listed already, or the consent is not noted */
export async function addSite(database: Queryable, site: NewSite): Promise<Site> {
  const pattern = parsePattern(site.pattern);
  const consent = site.consent.trim();
  if (consent === "" || consent.length > 1000) {
    throw new OperatorError(
      "Note the owner's consent in 1 to 1000 characters: who agreed, when, where it is written.",
    );
  }
  try {
    const [row] = await database.query<Site>(
      `with told as (select pg_notify('${SITES_CHANNEL}', ''))
       insert into authorised_sites (pattern, consent, site_keys, expires_at) select $1, $2, $3::text[], $4 from told
       returning ${COLUMNS}`,
      [pattern, consent, site.siteKeys ?? [], site.expiresAt ?? null],
    );
    if (row === undefined) throw new Error("insert returned no row");
    return row;
  } catch (error) {
    if (!isUniqueViolation(error, "authorised_sites_pattern_unique")) throw error;
    throw new OperatorError(
      `${pattern} is listed already. To change it: \`glyphdesk site remove ${pattern}\`, then add it.`,
    );
  }
}

/** Expired ones included. */
export async function listSites(database: Queryable): Promise<Site[]> {
  return database.query<Site>(`select ${COLUMNS} from authorised_sites order by pattern`);
}

/**
 * Takes a site off the list, at once in every process.
 * @throws OperatorError when it is not listed
 */
export async function removeSite(database: Queryable, text: string): Promise<string> {
  const pattern = parsePattern(text);
  const rows = await database.query(
    `with told as (select pg_notify('${SITES_CHANNEL}', ''))
     delete from authorised_sites using told where pattern = $1 returning pattern`,
    [pattern],
  );
  if (rows.length > 0) return pattern;
  throw new OperatorError(`${pattern} is not listed. See \`glyphdesk site list\`.`);
}

/** Answers whether a host is authorised from memory: operators list tens of sites, and every refusal asks. */
export class SiteList {
  readonly #database: Database;
  #sites: Promise<ReadonlyMap<string, Site>> | null = null;
  #until = 0;

  constructor(database: Database) {
    this.#database = database;
    database.listen(SITES_CHANNEL, () => {
      this.#sites = null;
    });
  }

  /** The listed site that a host belongs to, the most exact one; null when there is none or it has expired. */
  async find(host: string): Promise<Site | null> {
    const sites = await this.#read();
    for (const pattern of patternsFor(host)) {
      const site = sites.get(pattern);
      if (site !== undefined && (site.expiresAt === null || site.expiresAt.getTime() > Date.now()))
        return site;
    }
    return null;
  }

  #read(): Promise<ReadonlyMap<string, Site>> {
    if (this.#sites !== null && this.#until > performance.now()) return this.#sites;
    this.#until = performance.now() + BELIEVED_MS;
    const reading = listSites(this.#database).then(
      (rows) => new Map(rows.map((site) => [site.pattern, site])),
    );
    // A list that could not be read is not remembered.
    reading.catch(() => {
      if (this.#sites === reading) this.#sites = null;
    });
    this.#sites = reading;
    return reading;
  }
}
