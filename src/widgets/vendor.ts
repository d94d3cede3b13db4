import type { JsonObject } from "../protocol/json.ts";

/** A task's validated fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** Why there is no token. What a vendor says in its own words is kept as `detail`. */
export const VENDOR_ERRORS = ["invalid-sitekey", "invalid-domain", "expired", "other"] as const;
export type VendorError = (typeof VENDOR_ERRORS)[number];

/**
 * How the frame's script (ui/widget/frame.js) brings a vendor's widget onto the page. It is data, so that nothing runs
 * in the frame but that one file and what the vendor itself sends. A path such as `error.code` leads into the value
 * that the vendor hands over; an empty one is the value itself.
 */
export type Rendering =
  /** `api.render(element, options)` with callbacks under the names that reCAPTCHA has coined. */
  | {
      readonly style: "render";
      /** Where the vendor's functions are, for example `grecaptcha.enterprise`. */
      readonly api: string;
      readonly options: JsonObject;
      /** The widget shows nothing of its own: it starts when the worker presses our button. */
      readonly invisible: boolean;
      /** `api.setData(widget, data)` after rendering. */
      readonly data?: JsonObject;
      /** Names in `extra`, and the function of `api` that answers each for a widget with a token. */
      readonly extra?: Readonly<Record<string, string>>;
    }
  /** `api.execute(key, options)`, a promise of a token, when the worker presses our button. */
  | {
      readonly style: "execute";
      readonly api: string;
      readonly key: string;
      readonly options: JsonObject;
    }
  /** A function that is given its options and calls back with a captcha: GeeTest 4. */
  | { readonly style: "init"; readonly function: string; readonly options: JsonObject }
  /** An element that the vendor's script finds by its tag or class. It calls global functions or sends events. */
  | {
      readonly style: "element";
      readonly tag: string;
      readonly attributes: Readonly<Record<string, string>>;
      /** Event of the element → what it means. */
      readonly events?: Readonly<Record<string, "token" | "error" | "expired">>;
      /** A global variable that the script reads. */
      readonly config?: { readonly name: string; readonly value: JsonObject };
      /** Path to the token, and to the error's code, in what the callback or event brings. */
      readonly token: string;
      readonly error: string;
    };

/** Names of the frame's global functions, for vendors that are told their callbacks by name. */
export const CALLBACKS = {
  token: "glyphdeskToken",
  error: "glyphdeskError",
  expired: "glyphdeskExpired",
  loaded: "glyphdeskLoaded",
} as const;

/** Sources that the frame's policy allows besides our own script and style, by directive. */
export interface Sources {
  readonly script: readonly string[];
  readonly frame?: readonly string[];
  readonly connect?: readonly string[];
  readonly style?: readonly string[];
  readonly img?: readonly string[];
  readonly font?: readonly string[];
  readonly worker?: readonly string[];
}

/** A token as it comes from the frame. */
export interface Token {
  readonly token: string;
  readonly extra: Readonly<Record<string, string>>;
}

/** One row of the table: everything there is to know of one vendor's widget. */
export interface Vendor {
  /** What the worker is told it is. */
  readonly vendor: string;
  /** Whether a task is shown with this widget. */
  readonly serves: (title: string, fields: Fields) => boolean;
  /** Address of the vendor's own script. */
  readonly script: (fields: Fields) => string;
  readonly module?: boolean;
  readonly render: (fields: Fields) => Rendering;
  readonly sources: (fields: Fields) => Sources;
  /** The vendor's error codes that are not `other`. */
  readonly errors: Readonly<Record<string, VendorError>>;
  /** How long the vendor accepts a token. */
  readonly lifetimeMs: number;
  /** The solution as the catalogue has it; null when the vendor handed over less than that takes. */
  readonly solution: (token: Token, fields: Fields) => Readonly<Record<string, unknown>> | null;
  /** Where the site's owner adds the desk's host: ends the sentence "add HOST to …". */
  readonly domains: string;
  /** Where the site key is found: ends the sentence "compare it with …". */
  readonly keys: string;
}
