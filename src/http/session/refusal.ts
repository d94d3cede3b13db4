import type { FastifyReply } from "fastify";
import type { WorkspaceError, WorkspaceErrorCode } from "../../protocol/workspace.ts";

/** A refusal that the workspace page is meant to see. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: WorkspaceErrorCode;
  /** Seconds after which another try makes sense. */
  readonly retryAfter: number | null;

  constructor(status: number, code: WorkspaceErrorCode, message: string, retryAfter: number | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

export const signedOut = () => new Refusal(401, "SIGNED_OUT", "You are signed out. Sign in again.");
export const leaseLost = () =>
  new Refusal(
    410,
    "LEASE_LOST",
    "This item is no longer yours: its time was up, or it went to somebody else.",
  );

export function sendRefusal(
  reply: FastifyReply,
  { status, code, message, retryAfter }: Refusal,
): FastifyReply {
  if (retryAfter !== null) void reply.header("retry-after", String(retryAfter));
  const body: WorkspaceError = { error: { code, message } };
  return reply.code(status).send(body);
}
