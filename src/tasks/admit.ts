import type { Micros } from "../base/money.ts";
import { hostOf } from "../protocol/catalogue/shared.ts";
import type { TaskType } from "../protocol/catalogue/task-type.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { testKeyOf } from "../protocol/test-keys.ts";
import type { SiteList } from "../sites/sites.ts";
import { isOpen, PEOPLE_LANE, laneOf, TEST_KEYS_LANE } from "../protocol/lanes.ts";

/** Where an accepted task goes. */
export interface Place {
  readonly lane: string;
  readonly price: Micros;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Decides who answers a task, or refuses it: public test keys anywhere, people and computation only for authorised
 * sites, and nothing goes into a lane that nobody works. Answers at once where no site must be looked up.
 * @param price of this type, as the operator has set it
 * @throws ProtocolError
 */
export function admit(
  type: TaskType,
  fields: Fields,
  price: Micros,
  sites: SiteList,
): Place | Promise<Place> {
  if (testKeyOf(type.testKeys, fields["websiteKey"]) !== null) return { lane: TEST_KEYS_LANE, price: 0 };
  if (!type.needsSite) return placeIn(type, price);
  return checkSite(type, fields, sites).then(() => placeIn(type, price));
}

function placeIn({ route, title }: TaskType, price: Micros): Place {
  const lane = laneOf(route);
  if (lane !== null && isOpen(lane)) return { lane, price };
  throw new ProtocolError(
    "ERROR_NO_SLOT_AVAILABLE",
    lane === PEOPLE_LANE
      ? `A ${title} is answered by people, and no worker is online. Try again later.`
      : undefined,
  );
}

async function checkSite(type: TaskType, fields: Fields, sites: SiteList): Promise<void> {
  const { websiteURL } = fields;
  const host = typeof websiteURL === "string" ? hostOf(websiteURL) : null;
  if (host === null) {
    throw notAllowed(
      `A ${type.title} is answered only for authorised sites: send websiteURL, the full address of the page that it comes from.`,
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
