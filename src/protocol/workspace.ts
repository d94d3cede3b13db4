import { Type, type Static } from "typebox";

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

/** GET session, and the event `state`. */
export interface Session {
  readonly worker: {
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
  /** Items that this worker could take now. */
  readonly waiting: number;
}

/** Why a worker no longer has an item. */
export type LostReason =
  /** Its lease or its deadline is over, or its task was cancelled. */
  | "over"
  /** It waited beside the one being worked on, and somebody else was free. */
  | "pulled back";

/** Server-sent events of GET events, each with JSON as its data. */
export interface WorkspaceEvents {
  readonly hello: { readonly waiting: number };
  readonly waiting: { readonly waiting: number };
  readonly lost: { readonly lease: string; readonly reason: LostReason };
  readonly state: Session;
  /** The session is over: signed out, ended by the operator, or the worker was disabled. */
  readonly ended: Readonly<Record<string, never>>;
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
  readonly kind: "text";
  readonly instruction: string | null;
  /** Characters expected, least and most. */
  readonly length: readonly [number, number] | null;
  readonly numeric: "any" | "digits" | "letters";
  /** Whether upper and lower case must be told apart. */
  readonly case: boolean;
  /** The picture shows a sum, and its value is asked for. */
  readonly math: boolean;
  readonly language: string | null;
  /** What the recogniser read. `characters`: how sure it was of each. */
  readonly suggestion: {
    readonly text: string;
    readonly confidence: number;
    readonly characters: readonly number[];
  } | null;
}

export interface GridAsk {
  readonly kind: "grid";
  readonly instruction: string | null;
  readonly rows: number;
  readonly columns: number;
  /** One file for each cell, else one picture that is cut into cells. */
  readonly tiles: boolean;
  /** Cells that must be picked at least. */
  readonly min: number;
}

export interface PointsAsk {
  readonly kind: "points";
  readonly instruction: string | null;
  readonly min: number;
  readonly max: number;
}

export interface RotationAsk {
  readonly kind: "rotation";
  readonly instruction: string | null;
  /** One answer for each: the last files, where there are more files than pieces. */
  readonly pieces: number;
  readonly unit: "degrees" | "steps";
  /** Steps of a full turn; the answers are 1 to this. Null for degrees, 0 up to 360. */
  readonly steps: number | null;
}

export interface ChoiceAsk {
  readonly kind: "choice";
  readonly instruction: string | null;
  /** Labels, at most nine. Empty labels stand for the pictures themselves. */
  readonly options: readonly string[];
}

export interface AudioAsk {
  readonly kind: "audio";
  readonly instruction: string | null;
  readonly numeric: "any" | "digits";
}

export interface WidgetAsk {
  readonly kind: "widget";
  readonly instruction: string | null;
  /** Absolute address on the widget origin. */
  readonly frame: string;
  /** Where its messages come from, to be compared exactly. */
  readonly origin: string;
  readonly vendor: string;
  /** How long a token of this vendor is good; null when it does not say. */
  readonly expiresMs: number | null;
}

export type Ask = TextAsk | GridAsk | PointsAsk | RotationAsk | ChoiceAsk | AudioAsk | WidgetAsk;

/** What one worker is given to do. */
export interface Item {
  /** Names the item in every call about it. */
  readonly lease: string;
  readonly kind: Kind;
  /** The task type, for the worker's eyes. */
  readonly title: string;
  readonly files: readonly ItemFile[];
  /** Milliseconds left by the server's clock: until a sign of life is needed, and until an answer is worthless. */
  readonly leaseMs: number;
  readonly deadlineMs: number;
  readonly ask: Ask;
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

export const UNSOLVABLE_REASONS = ["unreadable", "broken", "wrong-kind", "other"] as const;
export type UnsolvableReason = (typeof UNSOLVABLE_REASONS)[number];

const password = Type.String({ minLength: 1, maxLength: 200 });

/** Bodies of the calls that have one. */
export const BODIES = {
  signIn: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }), password }),
  acceptInvite: Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }), password }),
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

/** Answers of the calls. */
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
  /** Whose it is; only for auditors and operators who ask for everybody's. */
  readonly worker?: string;
}

/** `{error: {code, message}}` of a refusal. */
export interface WorkspaceError {
  readonly error: { readonly code: WorkspaceErrorCode; readonly message: string };
}
export type WorkspaceErrorCode =
  /** 400, 413, 415 */
  | "INVALID_REQUEST"
  /** 401 */
  | "SIGNED_OUT"
  /** 401: a wrong name or password, or an invitation that is used, over or unknown. */
  | "WRONG_CREDENTIALS"
  /** 403: without or with a wrong CSRF token, from another origin, or not for this role. */
  | "FORBIDDEN"
  /** 404 */
  | "NOT_FOUND"
  /** 410: the item is no longer this worker's. */
  | "LOST"
  /** 422 */
  | "INVALID_ANSWER"
  /** 429, with retry-after */
  | "TOO_MANY_TRIES"
  /** 503 */
  | "NOT_AVAILABLE";
