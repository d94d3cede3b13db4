import { createHmac } from "node:crypto";

/**
 * The headers that let a receiver trust a delivery: https://www.standardwebhooks.com, scheme v1. HMAC-SHA256 under the
 * account's secret over delivery id, time of this try and body.
 * @param secret `whsec_` and the key in Base64
 * @param at epoch seconds
 */
export function signatureHeaders(
  secret: string,
  delivery: string,
  at: number,
  body: string,
): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${delivery}.${at}.${body}`).digest("base64");
  return {
    "webhook-id": delivery,
    "webhook-timestamp": String(at),
    "webhook-signature": `v1,${signature}`,
  };
}
