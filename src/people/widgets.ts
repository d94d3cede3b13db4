import type { WidgetOutcome } from "../widgets/solution.ts";

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
