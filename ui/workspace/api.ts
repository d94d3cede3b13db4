import type { WorkspaceError, WorkspaceErrorCode } from "../../src/protocol/workspace.ts";

/** Relative to the page, which lies at `/workspace/`. */
const ROOT = "api/";

/** The server said no. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: WorkspaceErrorCode | null;
  readonly retryAfter: number | null;
  constructor(response: Response, body: Partial<WorkspaceError> | null) {
    super(body?.error?.message ?? `The server answered with status ${response.status}.`);
    this.status = response.status;
    this.code = body?.error?.code ?? null;
    const seconds = Number(response.headers.get("retry-after"));
    this.retryAfter = seconds > 0 ? seconds : null;
  }
}

/** Nothing came back, or the server cannot work at the moment: the same call may do better later. */
export class Unreachable extends Error {}

let csrf = "";

/** The token that every call but GET carries. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** @throws {Refusal} @throws {Unreachable} */
export async function call<Answer>(
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: unknown,
): Promise<Answer> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") {
    headers["content-type"] = "application/json";
    headers["x-csrf-token"] = csrf;
  }
  const response = await send(ROOT + path, {
    method,
    headers,
    ...(method !== "GET" && { body: JSON.stringify(body ?? {}) }),
  });
  if (response.status === 204) return undefined as Answer;
  const parsed = (await response.json().catch(() => null)) as unknown;
  if (!response.ok) throw new Refusal(response, parsed as Partial<WorkspaceError> | null);
  return parsed as Answer;
}

/** The bytes of a file, as an address within this page. */
export async function loadFile(path: string): Promise<string> {
  const response = await send(ROOT + path, {});
  if (!response.ok) throw new Refusal(response, null);
  return URL.createObjectURL(await response.blob());
}

/** For the moment when the page goes away: no answer is waited for. */
export function release(lease: string): void {
  const body = new Blob([JSON.stringify({ csrf })], { type: "application/json" });
  navigator.sendBeacon(`${ROOT}items/${lease}/release`, body);
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch {
    throw new Unreachable();
  }
  if (response.status >= 500) throw new Unreachable();
  return response;
}
