import type { Fields, Sources, Vendor } from "../widgets/vendor.ts";

/** What the frame's script is told: the row of the table, filled in with one task. */
export interface Plan {
  readonly ticket: string;
  /** The only origin that is told anything. */
  readonly workspace: string;
  readonly vendor: string;
  readonly script: string;
  readonly module: boolean;
  readonly render: ReturnType<Vendor["render"]>;
  readonly errors: Vendor["errors"];
}

export function planOf(vendor: Vendor, fields: Fields, ticket: string, workspace: string): Plan {
  return {
    ticket,
    workspace,
    vendor: vendor.vendor,
    script: vendor.script(fields),
    module: vendor.module ?? false,
    render: vendor.render(fields),
    errors: vendor.errors,
  };
}

/** The page of one frame. What varies stands in a block of data, which no browser runs. */
export function widgetPage(plan: Plan): string {
  // "<" is escaped, so that no value can end the element.
  const data = JSON.stringify(plan).replaceAll("<", "\\u003c");
  return page(
    plan.vendor,
    `<main id="widget"></main>
<p id="status" role="status"></p>
<script type="application/json" id="plan">${data}</script>
<script src="/frame.js"></script>`,
  );
}

/** Shown in place of a widget. @param sentence plain text without markup */
export function sorryPage(sentence: string): string {
  return page("No widget", `<p id="status" role="status">${sentence}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><link rel="stylesheet" href="/frame.css"></head>
<body>
${body}
</body>
</html>
`;
}

/**
 * The policy of one frame: our own script and style, and this vendor's hosts, nothing else. Only the workspace may
 * embed it. It stays in a sandbox whatever the embedding page says: it cannot leave, or move the page around it.
 */
export function widgetPolicy(sources: Sources, workspace: string): string {
  const directive = (name: string, list: readonly string[] = []) =>
    `${name} ${list.length === 0 ? "'none'" : list.join(" ")}`;
  return [
    "default-src 'none'",
    directive("script-src", ["'self'", ...sources.script]),
    directive("style-src", ["'self'", ...(sources.style ?? [])]),
    directive("frame-src", sources.frame),
    directive("connect-src", sources.connect),
    directive("img-src", sources.img),
    directive("font-src", sources.font),
    directive("worker-src", sources.worker),
    "form-action 'none'",
    "base-uri 'none'",
    `frame-ancestors ${workspace}`,
    "sandbox allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox",
  ].join("; ");
}

/** The policy of a page that shows a sentence: it holds nothing, so anyone may embed it. */
export const SORRY_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; sandbox";
