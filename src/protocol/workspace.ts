import { Type, type Static } from "typebox";
import type { Hints } from "./text-hints.ts";

/**
 * What the workspace page and the server say to each other: everything under `/workspace/api/`. Unlike the protocol for
 * programs it uses HTTP's own statuses; a refusal is `{error: {code, message}}`. The page imports the types only.
 */

/** Ways to answer: each is one component of the page and one validator of the server. */
export const KINDS = ["text", "grid", "points", "rotation", "choice", "audio", "widget"] as const;
export type Kind = (typeof KINDS)[number];

export const ROLES = ["operator", "worker", "auditor"] as const;
/** Operators and workers answer; an auditor only reads, and reads everybody's history. */
export type Role = (typeof ROLES)[number];

/** A language by its code, such as `de` or `de-at`. */
export const LANGUAGE = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$";

/** GET session, and the event `state`. */
export interface Session {
  readonly worker: {
    readonly id: number;
    readonly name: string;
    readonly role: Role;
    /** What the operator lets this worker answer. */
    readonly allowed: readonly Kind[];
    /** The part of it that the worker wants at the moment. */
    readonly accepts: readonly Kind[];
    /** Language codes; empty means any. */
    readonly languages: readonly string[];
  };
  /** Goes into the header `x-csrf-token` of everything but GET. */
  readonly csrf: string;
  /** Why this worker gets nothing to do, in a sentence for the worker; null when nothing is in the way. */
  readonly paused: string | null;
  readonly today: {
    readonly answered: number;
    readonly medianMs: number | null;
    /** Share of right answers among the check items of the last days, 0 to 1; null when there were none. */
    readonly accuracy: number | null;
  };
  /** Items that this worker could take now; 100 stands for all numbers from there on. */
  readonly waiting: number;
}

/** Why a worker no longer has an item. */
export type LostReason =
  /** Its lease or its deadline is over, or its task has ended otherwise. */
  | "expired"
  /** It waited beside the one being worked on, and somebody else was free. */
  | "pulled-back";

/** Why a session is over. */
export type EndedReason =
  /** By itself; also where the true reason was not heard. */
  | "over"
  /** Its worker signed out. */
  | "signed-out"
  /** The operator signed the worker out everywhere. */
  | "sent-out"
  /** An invitation was accepted: the password is another one now. */
  | "new-password"
  /** It was the oldest of as many as a worker may have, and another began. */
  | "too-many"
  | "disabled";

/**
 * Server-sent events of GET events, each with JSON as its data. With `?taking=1` the stream counts as a
 * worker who is there; without, its page only wants to know.
 */
export interface WorkspaceEvents {
  readonly hello: { readonly waiting: number };
  readonly waiting: { readonly waiting: number };
  readonly lost: { readonly lease: string; readonly reason: LostReason };
  readonly state: Session;
  readonly ended: { readonly reason: EndedReason };
}

/** One file of an item, read from `items/LEASE/file/N`. */
export interface ItemFile {
  /** Media type. */
  readonly type: string;
  /** Pixels; null for sounds. */
  readonly width: number | null;
  readonly height: number | null;
  /** An example shows what is meant and is not answered. */
  readonly role: "task" | "example";
}

export interface TextAsk {
  readonly instruction: string | null;
  /** Characters expected, least and most. */
  readonly length: readonly [number, number] | null;
  readonly characters: Hints["characters"];
  /** Whether upper and lower case must be told apart. */
  readonly case: boolean;
  /** The picture shows a sum, and its value is asked for. */
  readonly math: boolean;
  /** The answer has several words. */
  readonly words: boolean;
  readonly language: string | null;
  /** What the recogniser read. `characters`: how sure it was of each. */
  readonly suggestion: {
    readonly text: string;
    readonly confidence: number;
    readonly characters: readonly number[];
  } | null;
}

export interface GridAsk {
  readonly instruction: string | null;
  readonly rows: number;
  readonly columns: number;
  /** Cells in all, counted along the rows: the last row may be shorter. */
  readonly cells: number;
  /** One file for each cell, else one picture that is cut into cells. */
  readonly tiles: boolean;
  /** Cells that must be picked at least. */
  readonly min: number;
}

export interface PointsAsk {
  readonly instruction: string | null;
  readonly min: number;
  readonly max: number;
}

export interface RotationAsk {
  readonly instruction: string | null;
  /** One answer for each. With one file more than pieces, the first is the ground that stays. */
  readonly pieces: number;
  readonly unit: "degrees" | "steps";
  /** Steps of a full turn; answers count from 1, as it came, up to this. Null for degrees. */
  readonly steps: number | null;
}

export interface ChoiceAsk {
  readonly instruction: string | null;
  /** Labels, at most nine. Empty labels stand for the pictures themselves. */
  readonly options: readonly string[];
}

export interface AudioAsk {
  readonly instruction: string | null;
  readonly numeric: "any" | "digits";
}

export interface WidgetAsk {
  readonly instruction: string | null;
  /** Absolute address on the widget origin. */
  readonly frame: string;
  /** Where its messages come from, to be compared exactly. */
  readonly origin: string;
  readonly vendor: string;
  /** How long a token of this vendor is good; null when it does not say. */
  readonly expiresMs: number | null;
}

export interface Asks {
  readonly text: TextAsk;
  readonly grid: GridAsk;
  readonly points: PointsAsk;
  readonly rotation: RotationAsk;
  readonly choice: ChoiceAsk;
  readonly audio: AudioAsk;
  readonly widget: WidgetAsk;
}

/** What one worker is given to do. */
export type Item = { [K in Kind]: ItemOf<K> }[Kind];

export interface ItemOf<K extends Kind> {
  /** Names the item in every call about it; empty for one of the history. */
  readonly lease: string;
  readonly kind: K;
  /** The task type, for the worker's eyes. */
  readonly title: string;
  readonly files: readonly ItemFile[];
  /** Milliseconds left by the server's clock: until a sign of life is needed, and until an answer is worthless. */
  readonly leaseMs: number;
  readonly deadlineMs: number;
  readonly ask: Asks[K];
}

const text = Type.String({ minLength: 1, maxLength: 1000 });
const coordinate = Type.Number({ minimum: 0, maximum: 16_384 });

/** The answer to an item, by its kind. */
export const ANSWERS = {
  text: Type.Object({ text }),
  grid: Type.Object({ cells: Type.Array(Type.Boolean(), { minItems: 1, maxItems: 100 }) }),
  points: Type.Object({
    points: Type.Array(Type.Object({ x: coordinate, y: coordinate }), { minItems: 1, maxItems: 100 }),
  }),
  rotation: Type.Object({
    angles: Type.Array(Type.Number({ minimum: -360, maximum: 360 }), { minItems: 1, maxItems: 32 }),
  }),
  /** Counted from 0. */
  choice: Type.Object({ choice: Type.Integer({ minimum: 0, maximum: 8 }) }),
  audio: Type.Object({ text }),
  widget: Type.Union([
    Type.Object({
      token: Type.String({ minLength: 1, maxLength: 20_000 }),
      /** Milliseconds that the page kept it, for example without a connection: so much less is it good for. */
      ageMs: Type.Optional(Type.Integer({ minimum: 0 })),
      /** Further fields of the solution, where the vendor's answer has several. */
      extra: Type.Optional(
        Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 20_000 }), {
          maxProperties: 20,
        }),
      ),
    }),
    Type.Object({
      vendorError: Type.Enum(["invalid-sitekey", "invalid-domain", "expired", "other"]),
      detail: Type.Optional(Type.String({ maxLength: 500 })),
    }),
  ]),
} as const;
export type AnswerOf<K extends Kind> = Static<(typeof ANSWERS)[K]>;
export type Answer = AnswerOf<Kind>;
export type TextAnswer = AnswerOf<"text">;
export type GridAnswer = AnswerOf<"grid">;
export type PointsAnswer = AnswerOf<"points">;
export type RotationAnswer = AnswerOf<"rotation">;
export type ChoiceAnswer = AnswerOf<"choice">;
export type AudioAnswer = AnswerOf<"audio">;
export type WidgetAnswer = AnswerOf<"widget">;

export const UNSOLVABLE_REASONS = ["unreadable", "broken", "wrong-kind", "other"] as const;
export type UnsolvableReason = (typeof UNSOLVABLE_REASONS)[number];

const inviteToken = Type.String({ minLength: 1, maxLength: 100 });
const password = Type.String({ minLength: 1, maxLength: 200 });

/** Bodies of the calls that have one. */
export const BODIES = {
  signIn: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }), password }),
  invite: Type.Object({ token: inviteToken }),
  acceptInvite: Type.Object({ token: inviteToken, password }),
  claim: Type.Object({ ahead: Type.Optional(Type.Boolean()) }),
  answer: Type.Object({
    /** One of ANSWERS. */
    value: Type.Unknown(),
    /** How long the item was on the screen. */
    shownMs: Type.Integer({ minimum: 0, maximum: 86_400_000 }),
  }),
  unsolvable: Type.Object({
    reason: Type.Enum([...UNSOLVABLE_REASONS]),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  }),
  /** `csrf` takes the header's place, for navigator.sendBeacon. */
  release: Type.Object({ csrf: Type.Optional(Type.String({ maxLength: 100 })) }),
  fix: Type.Object({ value: Type.Unknown() }),
  preferences: Type.Object({ kinds: Type.Array(Type.Enum([...KINDS]), { maxItems: KINDS.length }) }),
} as const;

/** POST invite: whose invitation it is. */
export interface InviteAnswer {
  readonly name: string;
}
export interface ClaimAnswer {
  readonly item: Item | null;
}
export interface ShowAnswer {
  readonly leaseMs: number;
  readonly deadlineMs: number;
}
export interface HeartbeatAnswer {
  readonly leaseMs: number;
}
export interface AnswerAnswer {
  /** `late`: the item had gone back or had ended; the answer is kept as an example and nothing else. */
  readonly outcome: "accepted" | "late";
  readonly historyId: string;
}
export interface FixAnswer {
  readonly outcome: "accepted" | "too-late";
}
export interface HistoryAnswer {
  readonly rows: readonly HistoryRow[];
}
/** GET history/ID, to draw a fixable answer again; its files are at history/ID/file/N. */
export interface HistoryItemAnswer {
  readonly item: Item;
  readonly value: Answer;
}
export interface HistoryRow {
  readonly id: string;
  readonly kind: Kind;
  /** The answer in a few characters. */
  readonly summary: string;
  readonly tookMs: number;
  readonly outcome: "accepted" | "late" | "fixed" | "skipped" | "unsolvable";
  /** ISO 8601. */
  readonly at: string;
  /** Whether the caller has not collected it yet. */
  readonly fixable: boolean;
  readonly worker: string;
}

/** `{error: {code, message}}` of a refusal. */
export interface WorkspaceError {
  readonly error: { readonly code: WorkspaceErrorCode; readonly message: string };
}
export type WorkspaceErrorCode =
  /** 400, 404, 413, 415 */
  | "INVALID_REQUEST"
  /** 401: there is no session, or it is over. */
  | "SIGNED_OUT"
  /** 401: the name or the password is wrong. */
  | "BAD_CREDENTIALS"
  /** 403: without or with a wrong CSRF token, from another origin, or not for this role. */
  | "FORBIDDEN"
  /** 410: the invitation was used or is over. */
  | "INVITE_USED"
  /** 410: the item, or the answer in the history, is no longer this session's to change. */
  | "LEASE_LOST"
  /** 422, also for any string that is no text: with U+0000 or half a surrogate pair. */
  | "INVALID_ANSWER"
  /** 422 */
  | "WEAK_PASSWORD"
  /** 429, with retry-after */
  | "TOO_MANY_TRIES"
  /** 503 */
  | "NOT_AVAILABLE";
