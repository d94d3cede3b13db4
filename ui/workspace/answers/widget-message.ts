/** What the frame on the widget origin may say. */
export type WidgetMessage =
  | { readonly event: "ready" }
  /** The worker wants the focus back on the page. */
  | { readonly event: "leave" }
  | { readonly event: "size"; readonly height: number }
  | { readonly event: "token"; readonly token: string; readonly extra: Record<string, string> | undefined }
  | { readonly event: "expired" }
  | {
      readonly event: "error";
      readonly code: "invalid-sitekey" | "invalid-domain" | "expired" | "other";
      readonly detail: string;
    };

const MAX_TOKEN = 20_000;
const MAX_DETAIL = 500;
const CODES = ["invalid-sitekey", "invalid-domain", "expired", "other"] as const;

/** Reads a message of the frame. The vendor's script runs there, so whatever it says is checked. @returns null when it is none */
export function readMessage(data: unknown): WidgetMessage | null {
  if (typeof data !== "object" || data === null) return null;
  const message = data as Readonly<Record<string, unknown>>;
  if (message["glyphdesk"] !== "widget") return null;
  const { event, token, height, code, detail } = message;
  if (event === "ready" || event === "leave" || event === "expired") return { event };
  if (event === "size") {
    return typeof height === "number" && Number.isFinite(height) ? { event, height } : null;
  }
  if (event === "token") {
    if (typeof token !== "string" || token === "" || token.length > MAX_TOKEN) return null;
    return { event, token, extra: readExtra(message["extra"]) };
  }
  if (event !== "error") return null;
  const said = typeof detail === "string" && detail !== "" ? detail : "The vendor reports an error.";
  return { event, code: CODES.find((one) => one === code) ?? "other", detail: said.slice(0, MAX_DETAIL) };
}

function readExtra(extra: unknown): Record<string, string> | undefined {
  if (typeof extra !== "object" || extra === null) return undefined;
  const texts = Object.entries(extra).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}
