import type { JsonObject } from "../../protocol/json.ts";
import { DialectError } from "./errors.ts";
import { FIELDS } from "./names.ts";
import type { Parameters } from "./parameters.ts";

interface MethodRow {
  /** Parameters without which there is no such task. */
  readonly needs: readonly string[];
  /** Type and fields beside those of FIELDS. */
  readonly task: (parameters: Parameters) => JsonObject;
}

/** A row whose parameters decide nothing. */
function row(needs: readonly string[], task: JsonObject): MethodRow {
  return { needs, task: () => task };
}

const KEY_AND_PAGE = ["sitekey", "pageurl"];
const image: MethodRow = { needs: [], task: imageTask };

/** The dialect's `method` names and the task types of the catalogue that they stand for; those not offered say why. */
const METHODS: Readonly<Record<string, MethodRow>> = {
  post: image,
  base64: image,
  userrecaptcha: {
    needs: ["googlekey", "pageurl"],
    task: ({ version, enterprise }) => {
      const isEnterprise = isOn(enterprise);
      if (version?.toLowerCase() !== "v3") {
        return { type: isEnterprise ? "RecaptchaV2EnterpriseTask" : "RecaptchaV2Task" };
      }
      return { type: isEnterprise ? "RecaptchaV3EnterpriseTask" : "RecaptchaV3TaskProxyless" };
    },
  },
  hcaptcha: row(KEY_AND_PAGE, { type: "HCaptchaTask" }),
  turnstile: {
    needs: KEY_AND_PAGE,
    task: ({ pagedata }) => ({
      type: "TurnstileTask",
      ...(pagedata !== undefined && { cloudflareTaskType: "token", pageData: pagedata }),
    }),
  },
  funcaptcha: row([], { type: "FunCaptchaTask" }),
  geetest: row(["gt", "pageurl"], { type: "GeeTestTask", version: 3 }),
  geetest_v4: row(["captcha_id", "pageurl"], { type: "GeeTestTask", version: 4 }),
  mt_captcha: row(KEY_AND_PAGE, { type: "MTCaptchaTask" }),
  prosopo: row(KEY_AND_PAGE, { type: "ProsopoTask" }),
  friendly_captcha: {
    needs: KEY_AND_PAGE,
    task: ({ module_script: script, nomodule_script: older }) => ({
      type: "CustomTask",
      class: "friendly",
      metadata: { apiGetLib: script ?? older },
    }),
  },
  altcha: row(["pageurl", "challenge_json"], { type: "AltchaTask" }),
  amazon_waf: row([], { type: "AmazonTask" }),
  binance: row([], { type: "BinanceTask" }),
  datadome: row([], { type: "CustomTask", class: "DataDome" }),
  temu: row([], { type: "CustomTask", class: "Temu" }),
  tencent: row([], { type: "CustomTask", class: "TenDI" }),
  yandex: row([], { type: "YandexSmartCaptchaTask" }),
};

/** Kinds of picture tasks that the dialect tells apart by a flag and that nobody answers here. */
const OTHER_PICTURES = ["coordinatescaptcha", "canvas", "bounding_box", "rotatecaptcha", "textcaptcha"];

/**
 * The task of an in.php request, for createTask.
 * @throws DialectError, ProtocolError
 */
export function taskOf(parameters: Parameters): JsonObject {
  const name = (parameters["method"] ?? "post").toLowerCase();
  const found = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (found === undefined) {
    throw new DialectError(
      "ERROR_METHOD_CALL",
      `The method "${name.slice(0, 40)}" is not offered. Known here: ${Object.keys(METHODS).join(", ")}.`,
    );
  }
  for (const need of found.needs) {
    if (parameters[need] === undefined) {
      throw new DialectError(
        CODES[need] ?? "ERROR_BAD_PARAMETERS",
        `${need}: it is missing; method ${name} needs it.`,
      );
    }
  }
  const fields: Record<string, unknown> = {};
  for (const [theirs, ours] of Object.entries(FIELDS)) {
    if (parameters[theirs] !== undefined) fields[ours] = parameters[theirs];
  }
  return {
    ...fields,
    ...cookiesOf(parameters),
    ...blobOf(parameters),
    ...proxyOf(parameters),
    ...found.task(parameters),
  };
}

/** The words that the dialect has for certain missing parameters. */
const CODES: Readonly<Record<string, string>> = { pageurl: "ERROR_PAGEURL", googlekey: "ERROR_GOOGLEKEY" };

function isOn(flag: string | undefined): boolean {
  return flag === "1" || flag?.toLowerCase() === "true";
}

/** A text, or with recaptcha=1 the cells of a grid. */
function imageTask(parameters: Parameters): JsonObject {
  const other = OTHER_PICTURES.find((flag) => parameters[flag] !== undefined && parameters[flag] !== "0");
  if (other !== undefined) {
    throw new DialectError("ERROR_METHOD_CALL", `${other}: pictures of this kind are not offered here.`);
  }
  const { body, file, language, lang, recaptcha, recaptcharows, recaptchacols, textinstructions } =
    parameters;
  if (!isOn(recaptcha)) {
    const isCyrillic = language === "1" && lang === undefined;
    return { type: "ImageToTextTask", body: body ?? file ?? "", ...(isCyrillic && { language: "ru" }) };
  }
  if (textinstructions === undefined) {
    throw new DialectError(
      "ERROR_BAD_PARAMETERS",
      "textinstructions: it is missing; a picture with recaptcha=1 needs it.",
    );
  }
  return {
    type: "ComplexImageTask",
    class: "recaptcha",
    imagesBase64: [body ?? file ?? ""],
    metadata: { Grid: `${recaptcharows ?? 3}x${recaptchacols ?? 3}`, Task: textinstructions },
  };
}

/** `name:value;name:value`. */
function cookiesOf({ cookies }: Parameters): JsonObject {
  if (cookies === undefined) return {};
  const pairs = cookies.split(";").filter((pair) => pair.trim() !== "");
  return { cookies: pairs.map((pair) => pair.trim().replace(/^([^=:]*):/, "$1=")).join("; ") };
}

/** FunCaptcha's `data[blob]=…`, any number of them. */
function blobOf(parameters: Parameters): JsonObject {
  const parts = Object.entries(parameters).flatMap(([name, value]) => {
    const key = /^data\[([^\]]+)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  return parts.length === 0 ? {} : { data: JSON.stringify(Object.fromEntries(parts)) };
}

/** Characters: a host name has 253 at most, and logins and passwords of providers a few hundred. */
const LONGEST_PROXY = 1_500;

/** `proxy=login:password@host:port` and `proxytype`. */
function proxyOf({ proxy, proxytype }: Parameters): JsonObject {
  if (proxy === undefined) return {};
  // Matching takes time with the square of the length, and nobody's key has been looked up yet.
  const text = proxy.length > LONGEST_PROXY ? "" : proxy.trim();
  const match = /^(?:([^:@]*):(.*)@)?(\[[^\]]+\]|[^:@]+):(\d{1,5})$/.exec(text);
  if (match === null) {
    throw new DialectError("ERROR_PROXY_FORMAT", "proxy: expected login:password@host:port or host:port.");
  }
  const [, proxyLogin, proxyPassword, host = "", proxyPort] = match;
  return {
    proxyType: proxytype ?? "http",
    proxyAddress: host.replace(/^\[|\]$/g, ""),
    proxyPort,
    proxyLogin,
    proxyPassword,
  };
}
