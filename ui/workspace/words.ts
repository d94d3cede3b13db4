import type { EndedReason, LostReason } from "../../src/protocol/workspace.ts";
import { Refusal, Unreachable } from "./api.ts";

/** Why an item is gone. */
export const LOST: Readonly<Record<LostReason, string>> = {
  expired: "The time for this task is over; it went back.",
  "pulled-back": "This task went to somebody else.",
};

/** Why the session is over. */
export const ENDED: Readonly<Record<EndedReason, string>> = {
  over: "This session is over: it lasts 14 hours, unless the operator ends it sooner.",
  "signed-out": "You signed out in another window.",
  "sent-out": "The operator has signed you out. You can sign in again.",
  "new-password": "An invitation under this name was accepted: sign in with the new password.",
  "too-many": "You signed in elsewhere too often: of more than five sessions the oldest ends.",
  disabled: "The operator has disabled this name. Ask there if that is a mistake.",
};
/** Where the server does not say why. */
export const SIGNED_OUT = "You are signed out. Sign in again to go on.";

/** What went wrong with a call. */
export function sentence(error: unknown): string {
  if (error instanceof Unreachable) return "The server cannot be reached. Try again in a moment.";
  if (!(error instanceof Refusal)) return "Something went wrong. Load the page again.";
  const { message, retryAfter } = error;
  return retryAfter === null ? message : `${message} Try again in ${retryAfter} s.`;
}
