import type { ErrorCode } from "../protocol/errors.ts";
import { keyOf } from "./fields.ts";
import { VENDOR_ERRORS, type Fields, type Vendor, type VendorError } from "./vendor.ts";
import { VENDORS, widgetOf } from "./vendors.ts";

const MAX_TOKEN = 65_536;
const MAX_EXTRA = 16;
const EXPIRED = "The token expired before it was sent. Solve the widget again.";
/** What may pass between the moment a vendor makes a token and the moment it arrives here. */
const TRANSIT_MS = 5_000;

/** What becomes of a worker's answer to a widget. */
export type WidgetOutcome =
  /** `lifetimeMs`: from now on; after that the token is worthless and must not be delivered. */
  | {
      readonly kind: "solution";
      readonly solution: Readonly<Record<string, unknown>>;
      readonly lifetimeMs: number;
    }
  /** The task cannot be answered: it fails, uncharged. */
  | { readonly kind: "refused"; readonly errorCode: ErrorCode; readonly errorDescription: string }
  /** This answer is none, but the worker may send another. `message` is for the worker. */
  | { readonly kind: "invalid"; readonly message: string };

/**
 * Turns what a widget's frame handed to the worker's page into a solution or a refusal.
 * @param value `{token, extra?, ageMs?}` or `{vendorError, detail?}`, from outside and not checked yet
 * @param host the widget origin's host name: what the site's owner has to allow
 */
export function widgetSolution(
  title: string,
  fields: Fields,
  value: unknown,
  host: string,
  vendors: readonly Vendor[] = VENDORS,
): WidgetOutcome {
  const vendor = widgetOf(title, fields, vendors);
  if (vendor === null) throw new Error(`a ${title} has no widget`);
  const { token, extra, ageMs, vendorError, detail } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (vendorError !== undefined) {
    return isVendorError(vendorError)
      ? refusal(vendor, fields, vendorError, saying(detail), host)
      : invalid(`vendorError must be one of ${VENDOR_ERRORS.join(", ")}.`);
  }
  if (typeof token !== "string" || token === "" || token.length > MAX_TOKEN) {
    return invalid(`The widget's token must be a string of 1 to ${MAX_TOKEN} characters.`);
  }
  const solution = vendor.solution({ token, extra: strings(extra) }, fields);
  if (solution === null) return invalid(`${vendor.vendor} handed over less than a whole answer. Try again.`);
  const lifetimeMs = vendor.lifetimeMs - TRANSIT_MS - (typeof ageMs === "number" && ageMs > 0 ? ageMs : 0);
  return lifetimeMs > 0 ? { kind: "solution", solution, lifetimeMs } : invalid(EXPIRED);
}

function isVendorError(value: unknown): value is VendorError {
  return VENDOR_ERRORS.includes(value as VendorError);
}

function invalid(message: string): WidgetOutcome {
  return { kind: "invalid", message };
}

function refusal(
  { vendor, domains, keys }: Vendor,
  fields: Fields,
  error: VendorError,
  detail: string,
  host: string,
): WidgetOutcome {
  if (error === "expired") return invalid(EXPIRED);
  const [errorCode, sentence] = {
    "invalid-domain": [
      "ERROR_RECAPTCHA_INVALID_DOMAIN",
      `${vendor} does not allow this site key on the desk's host${detail}. The site's owner must add ${host} to ${domains}.`,
    ],
    "invalid-sitekey": [
      "ERROR_RECAPTCHA_INVALID_SITEKEY",
      `${vendor} does not know the site key "${keyOf(fields).slice(0, 100)}"${detail}. Compare it with ${keys}.`,
    ],
    other: ["ERROR_CAPTCHA_UNSOLVABLE", `${vendor} gave no token${detail}.`],
  }[error] as [ErrorCode, string];
  return { kind: "refused", errorCode, errorDescription: `${sentence} The task was not charged.` };
}

/** The vendor's own words in brackets, as far as they are fit to be repeated. */
function saying(detail: unknown): string {
  if (typeof detail !== "string") return "";
  const text = detail.replaceAll(/[^\x20-\x7e]/g, " ").trim();
  return text === "" ? "" : ` (${text.slice(0, 100)})`;
}

function strings(extra: unknown): Readonly<Record<string, string>> {
  if (typeof extra !== "object" || extra === null) return {};
  return Object.fromEntries(
    Object.entries(extra)
      .slice(0, MAX_EXTRA)
      .filter(
        (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].length <= MAX_TOKEN,
      ),
  );
}
