import { TEST_KEYS, testKeyOf, type TestKey } from "../../protocol/test-keys.ts";
import type { Solver, SolverTask } from "../solver.ts";

/** Answers the vendors' official public test site keys with the vendors' published dummy tokens. */
export function createTestKeysSolver(): Solver {
  return {
    id: "test-keys",
    capacity: 64,
    accepts: (task) => keyOf(task) !== null,
    solve(task) {
      const key = keyOf(task);
      if (key === null) return Promise.resolve({ kind: "decline", reason: "It names no public test key." });
      if (key.token === null) {
        return Promise.resolve({
          kind: "unsolvable",
          reason: `The site key ${key.siteKey} is ${key.vendor}'s public test key that always fails.`,
        });
      }
      return Promise.resolve({ kind: "answer", solution: solutionOf(key, task, key.token), confidence: 1 });
    },
  };
}

function keyOf({ type, fields }: SolverTask): TestKey | null {
  const vendor = TEST_KEYS.find((key) => TASK_TYPE[key.vendor] === type)?.vendor;
  return testKeyOf(vendor, fields["websiteKey"]);
}

const TASK_TYPE = {
  Turnstile: "TurnstileTask",
  hCaptcha: "HCaptchaTask",
  reCAPTCHA: "RecaptchaV2Task",
} as const;
const TOKEN_FIELD = {
  Turnstile: "token",
  hCaptcha: "gRecaptchaResponse",
  reCAPTCHA: "gRecaptchaResponse",
} as const;

function solutionOf({ vendor }: TestKey, { fields }: SolverTask, token: string): Record<string, unknown> {
  const { userAgent } = fields;
  return { [TOKEN_FIELD[vendor]]: token, ...(userAgent === undefined ? {} : { userAgent }) };
}
