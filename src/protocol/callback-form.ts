/**
 * The end of a `callbackUrl` whose receiver expects 2Captcha's form, `id=…&code=…`, instead of JSON. It is a fragment,
 * which no HTTP request carries, so it can be stored with the address and takes no name away from it.
 */
export const PINGBACK = "#pingback";
