import { Type } from "typebox";
import { KINDS, LANGUAGE, ROLES, type Kind, type Role } from "./workspace.ts";

/**
 * What the operator's console and the server say to each other about the people who answer: everything under
 * `/console/api/`. Statuses and refusals are those of the workspace (src/protocol/workspace.ts). Operators may do all of
 * it, auditors only read, workers are not let in.
 */

/** GET session, and the answer to sign-in. */
export interface ConsoleSession {
  readonly worker: { readonly id: number; readonly name: string; readonly role: Exclude<Role, "worker"> };
  /** Goes into the header `x-csrf-token` of everything but GET. */
  readonly csrf: string;
}

const strict = { additionalProperties: false } as const;
const kinds = Type.Array(Type.Enum([...KINDS]), { maxItems: KINDS.length, uniqueItems: true });
/** Codes such as `de`; none means any language. */
const languages = Type.Array(Type.String({ pattern: LANGUAGE, maxLength: 40 }), {
  maxItems: 50,
});

/** Bodies of the calls that have one. */
export const CONSOLE_BODIES = {
  /** POST workers */
  invite: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 100, pattern: "\\S" }),
      role: Type.Enum([...ROLES]),
      kinds,
      languages: Type.Optional(languages),
    },
    strict,
  ),
  /** PATCH workers/ID: what is left out stays as it is. */
  change: Type.Object(
    {
      kinds: Type.Optional(kinds),
      languages: Type.Optional(languages),
      /** Share of check items among what the worker is given. */
      checkShare: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    },
    strict,
  ),
  /** POST workers/ID/pause: the worker reads the reason. */
  pause: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500, pattern: "\\S" }) }, strict),
  /** POST workers/ID/invite, resume, sign-out, disable and enable */
  nothing: Type.Object({}, strict),
} as const;

/** GET workers */
export interface WorkersAnswer {
  readonly workers: readonly ConsoleWorker[];
}

/** GET workers/ID, and the answer to every change. */
export interface ConsoleWorker {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly kinds: readonly Kind[];
  /** None means any. */
  readonly languages: readonly string[];
  /** Why they are given nothing, in the sentence that they read; null when nothing is in the way. */
  readonly paused: string | null;
  readonly disabled: boolean;
  /** Whether an invitation waits to be accepted. */
  readonly invited: boolean;
  readonly online: boolean;
  /** When they were last given an item, ISO 8601. */
  readonly lastSeen: string | null;
  /** Of the last seven days; null for auditors. */
  readonly quality: WorkerNumbers | null;
}

export interface WorkerNumbers {
  readonly answered: number;
  readonly medianMs: number | null;
  /** Share of check items answered right, 0 to 1; null when there were none. So are the next two. */
  readonly accuracy: number | null;
  /** Share of answers that the others agreed with, where several were asked. */
  readonly agreement: number | null;
  /** Share of items skipped or given up. */
  readonly skipped: number | null;
  readonly late: number;
  /** Answers that a caller reported as wrong. */
  readonly reported: number;
  readonly checkShare: number;
}

/** POST workers and POST workers/ID/invite. */
export interface InvitationAnswer {
  readonly worker: ConsoleWorker;
  /** Works once, within three days, and is shown only this once. */
  readonly link: string;
}
