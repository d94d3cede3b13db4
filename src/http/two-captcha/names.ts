import type { Parameters } from "./parameters.ts";

/** What the dialect calls a field, and what the catalogue calls it. Values stay text: the catalogue reads text as numbers and flags. */
export const FIELDS: Readonly<Record<string, string>> = {
  pageurl: "websiteURL",
  googlekey: "websiteKey",
  sitekey: "websiteKey",
  publickey: "websitePublicKey",
  surl: "funcaptchaApiJSSubdomain",
  "data-s": "recaptchaDataSValue",
  datas: "recaptchaDataSValue",
  domain: "apiDomain",
  invisible: "isInvisible",
  action: "pageAction",
  min_score: "minScore",
  useragent: "userAgent",
  data: "data",
  gt: "gt",
  captcha_id: "gt",
  challenge: "challenge",
  challenge_json: "challengeJSON",
  api_server: "geetestApiServerSubdomain",
  body: "body",
  file: "body",
  numeric: "numeric",
  phrase: "phrase",
  regsense: "case",
  calc: "math",
  min_len: "minLength",
  max_len: "maxLength",
  lang: "language",
  textinstructions: "comment",
};

/** What sentences of the protocol speak of beside those fields, and what the caller knows it as. */
const OTHERS: Readonly<Record<string, string>> = {
  clientKey: "key",
  taskId: "id",
  callbackUrl: "pingback",
  challengeURL: "challenge_url",
  createTask: "in.php",
  getTaskResult: "res.php",
  pageData: "pagedata",
  proxyType: "proxytype",
  proxyAddress: "proxy",
  proxyPort: "proxy",
  proxyLogin: "proxy",
  proxyPassword: "proxy",
  imagesBase64: "body",
  "metadata.Grid": "recaptcharows, recaptchacols",
  "metadata.apiGetLib": "module_script",
  "metadata.challenge": "challenge_json",
  "metadata.iterations": "challenge_json",
  "metadata.salt": "challenge_json",
  "metadata.signature": "challenge_json",
};

const THEIRS = new Map([
  ...Object.entries(FIELDS).map(([theirs, ours]) => [ours, theirs] as const),
  ...Object.entries(OTHERS),
]);

/** Names that are words as well are replaced only where a fault follows. */
const NAMES = [...THEIRS.keys()].map((ours) =>
  /[A-Z]/.test(ours) ? ours.replace(".", "\\.") : `${ours}(?=: )`,
);
/** What stands in quotes came from the caller and stays. */
const QUOTED_OR_NAME = new RegExp(`"(?:[^"\\\\]|\\\\.)*"|\\b(?:${NAMES.join("|")})\\b`, "g");

/** A sentence of the protocol with the parameters' names in place of the fields'. */
export function inTheirNames(sentence: string, parameters: Parameters): string {
  return sentence.replaceAll(QUOTED_OR_NAME, (ours) => {
    const sent = Object.keys(FIELDS).find((name) => FIELDS[name] === ours && parameters[name] !== undefined);
    return sent ?? THEIRS.get(ours) ?? ours;
  });
}
