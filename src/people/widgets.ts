import type { ErrorCode } from "../protocol/errors.ts";
import type { Solution } from "./answering.ts";

/** What people need of widgets on an origin of their own: made in the composition root. */
export interface WidgetDesk {
  /** What a worker is told of the widget of a task; null when it cannot be shown here. */
  describe(
    title: string,
    fields: Readonly<Record<string, unknown>>,
  ): {
    readonly vendor: string;
    readonly instruction: string | null;
    readonly expiresMs: number | null;
  } | null;
  /**
   * A frame for a leased task.
   * @param request workspace: the origin of the page that will embed the frame
   * @returns null when the lease is no longer held
   */
  issue(request: {
    readonly taskKey: number;
    readonly lease: number;
    readonly workspace: string;
  }): Promise<{ readonly frame: string; readonly origin: string } | null>;
  /** The widget origin as a browser at this workspace sees it. */
  origin(workspace: string): string;
  /** What becomes of a worker's answer. */
  solution(
    title: string,
    fields: Readonly<Record<string, unknown>>,
    value: unknown,
    workspace: string,
  ): WidgetOutcome;
}

export type WidgetOutcome =
  /** `lifetimeMs`: from now on; after that the token is worthless and must not be delivered. */
  | { readonly kind: "solution"; readonly solution: Solution; readonly lifetimeMs: number }
  /** The task cannot be answered: it fails, uncharged. */
  | { readonly kind: "refused"; readonly errorCode: ErrorCode; readonly errorDescription: string }
  /** This answer is none, but the worker may send another. `message` is for the worker. */
  | { readonly kind: "invalid"; readonly message: string };
