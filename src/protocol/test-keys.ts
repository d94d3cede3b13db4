/**
 * The official public test site keys, as their vendors publish them for automated tests. They work on any site, are
 * accepted only by the vendor's public test secret, and so are worth nothing elsewhere.
 *
 * - Turnstile: https://developers.cloudflare.com/turnstile/troubleshooting/testing/ names the five site keys and the
 *   one dummy token that all of them produce unless they always fail.
 * - hCaptcha: https://docs.hcaptcha.com/#integration-testing-test-keys names three site keys with a response token each;
 *   the values agree with the test suites of several open-source verifiers that run against hCaptcha itself.
 * - reCAPTCHA v2: https://developers.google.com/recaptcha/docs/faq names one site key and one secret, with which every
 *   verification passes. It publishes no token, and with that secret none is looked at: so the desk answers a
 *   placeholder that says what it is, and which no other secret accepts.
 *
 * Left out: Prosopo publishes an always-pass key but no token, and does not say that any token passes.
 */
export type TestKeyVendor = "Turnstile" | "hCaptcha" | "reCAPTCHA";

export interface TestKey {
  readonly vendor: TestKeyVendor;
  readonly siteKey: string;
  readonly behaviour: string;
  /** The published dummy token, or for reCAPTCHA the placeholder; null for a key that always fails. */
  readonly token: string | null;
}

const TURNSTILE_TOKEN = "XXXX.DUMMY.TOKEN.XXXX";

export const TEST_KEYS: readonly TestKey[] = [
  turnstile("1x00000000000000000000AA", "always passes, visible", TURNSTILE_TOKEN),
  turnstile("1x00000000000000000000BB", "always passes, invisible", TURNSTILE_TOKEN),
  turnstile("2x00000000000000000000AB", "always fails, visible", null),
  turnstile("2x00000000000000000000BB", "always fails, invisible", null),
  turnstile("3x00000000000000000000FF", "forces an interactive challenge", TURNSTILE_TOKEN),
  hCaptcha("10000000-ffff-ffff-ffff-000000000001", "always passes", "10000000-aaaa-bbbb-cccc-000000000001"),
  hCaptcha(
    "20000000-ffff-ffff-ffff-000000000002",
    "Enterprise, safe user",
    "20000000-aaaa-bbbb-cccc-000000000002",
  ),
  hCaptcha(
    "30000000-ffff-ffff-ffff-000000000003",
    "Enterprise, bot detected",
    "30000000-aaaa-bbbb-cccc-000000000003",
  ),
  {
    vendor: "reCAPTCHA",
    siteKey: "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI",
    behaviour: "with its public secret every verification passes; the token is a placeholder of this desk",
    token: "placeholder-token-of-a-glyphdesk-for-the-public-recaptcha-v2-test-site-key",
  },
];

function turnstile(siteKey: string, behaviour: string, token: string | null): TestKey {
  return { vendor: "Turnstile", siteKey, behaviour, token };
}

function hCaptcha(siteKey: string, behaviour: string, token: string): TestKey {
  return { vendor: "hCaptcha", siteKey, behaviour, token };
}

/** The test key of this vendor that a task names, or null. */
export function testKeyOf(vendor: TestKeyVendor | undefined, siteKey: unknown): TestKey | null {
  if (vendor === undefined || typeof siteKey !== "string") return null;
  const wanted = siteKey.trim();
  return TEST_KEYS.find((key) => key.vendor === vendor && key.siteKey === wanted) ?? null;
}
