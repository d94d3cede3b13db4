import type { Micros } from "../base/money.ts";
import { hostOf } from "../protocol/catalogue/shared.ts";
import type { TaskType } from "../protocol/catalogue/task-type.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { kindOf } from "../protocol/kinds.ts";
import { testKeyOf } from "../protocol/test-keys.ts";
import type { Kind } from "../protocol/workspace.ts";
import type { SiteList } from "../sites/sites.ts";
import { laneOf, peopleLane, TEST_KEYS_LANE } from "../protocol/lanes.ts";
import type { Rule } from "./rules.ts";

/** Where an accepted task goes. */
export interface Place {
  readonly lane: string;
  readonly price: Micros;
}

/** Whether somebody is there to answer. */
export interface PeopleOnline {
  /**
   * Why no worker who is online can be asked: nobody takes items of this kind, or nobody of them knows the language that
   * the task names. The second half of a sentence; null when somebody can.
   * @param but workers who have said all that they have to say
   */
  missing(kind: Kind, fields: Fields, but?: readonly number[]): Promise<string | null>;
  /** Whether a widget of this type can be put before a worker; asked for items of kind `widget` only. */
  shows(type: string, fields: Fields): boolean;
}

/** With less than this left of the deadline no person could answer in time. */
export const PERSON_NEEDS_MS = 4_000;

/** What is asked for, and how it is to be answered. */
export interface Wanted {
  readonly type: TaskType;
  readonly fields: Fields;
  /** Of this type, as the operator has set it. */
  readonly price: Micros;
  readonly rule: Rule;
  readonly deadlineMs: number;
}

export interface Admission {
  readonly sites: SiteList;
  readonly people: PeopleOnline;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Decides who answers a task, or refuses it: public test keys anywhere, people and computation only for authorised
 * sites, and nothing goes into a lane that nobody works. Answers at once where nothing must be looked up.
 * @throws ProtocolError
 */
export function admit(wanted: Wanted, { sites, people }: Admission): Place | Promise<Place> {
  const { type, fields, price, rule } = wanted;
  if (testKeyOf(type.testKeys, fields["websiteKey"]) !== null) return { lane: TEST_KEYS_LANE, price: 0 };
  const lane = laneOf(type.route);
  if (lane === null) {
    checkShown(type, fields, people);
    return checkSite(type, fields, sites).then(() => byPeople(wanted, people));
  }
  if (type.needsSite) return checkSite(type, fields, sites).then(() => ({ lane, price }));
  if (rule.mode === "people" || rule.mode === "agree") {
    return byPeople(wanted, people).then((place) => (rule.mode === "people" ? place : { lane, price }));
  }
  return { lane, price };
}

async function byPeople(wanted: Wanted, people: PeopleOnline): Promise<Place> {
  const { type, fields, price, deadlineMs } = wanted;
  if (deadlineMs < PERSON_NEEDS_MS) {
    throw new ProtocolError(
      "ERROR_INVALID_TASK",
      `deadlineMs: expected at least ${PERSON_NEEDS_MS} for ${type.title}, which people answer, got ${deadlineMs}. Give them more time, or leave it out.`,
    );
  }
  const kind = kindOf(type.title, fields);
  const missing = await people.missing(kind, fields);
  if (missing === null) return { lane: peopleLane(kind), price };
  throw new ProtocolError(
    "ERROR_NO_SLOT_AVAILABLE",
    `${type.title} is answered by people, and ${missing}. Try again later.`,
  );
}

/** What nobody will ever answer is said before what the caller or the operator could mend. */
function checkShown(type: TaskType, fields: Fields, people: PeopleOnline): void {
  if (kindOf(type.title, fields) !== "widget" || people.shows(type.title, fields)) return;
  throw new ProtocolError(
    "ERROR_TASK_NOT_SUPPORTED",
    `${type.title} is answered by people, and this desk cannot show them this widget. See /docs for what is answered of this type.`,
  );
}

async function checkSite(type: TaskType, fields: Fields, sites: SiteList): Promise<void> {
  const { websiteURL } = fields;
  const host = typeof websiteURL === "string" ? hostOf(websiteURL) : null;
  if (host === null) {
    throw notAllowed(
      `${type.title} is answered only for authorised sites: send websiteURL, the full address of the page that it comes from.`,
    );
  }
  const site = await sites.find(host);
  if (site === null) {
    throw notAllowed(
      `The site ${host.slice(0, 100)} is not on the operator's list of authorised sites. With its owner's consent the operator adds it: glyphdesk site add ${host.slice(0, 100)} --consent "…".`,
    );
  }
  const key = fields["websiteKey"] ?? fields["websitePublicKey"] ?? fields["gt"];
  if (site.siteKeys.length > 0 && typeof key === "string" && !site.siteKeys.includes(key)) {
    throw notAllowed(
      `The site ${site.pattern} is authorised for certain site keys, and this one is not among them. See \`glyphdesk site list\`.`,
    );
  }
}

function notAllowed(description: string): ProtocolError {
  return new ProtocolError("ERROR_DOMAIN_NOT_ALLOWED", description);
}
