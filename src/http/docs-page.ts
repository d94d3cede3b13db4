import { hash } from "node:crypto";
import { TASK_TYPES } from "../protocol/catalogue/catalogue.ts";
import {
  exampleTask,
  fieldLines,
  routeText,
  termsOf,
  type FieldLine,
} from "../protocol/catalogue/describe.ts";
import { ANY_TASK } from "../protocol/catalogue/shared.ts";
import type { TaskType } from "../protocol/catalogue/task-type.ts";
import { METHODS, type MethodText } from "./method-texts.ts";

/** A page and the Content-Security-Policy under which it works: nothing but its own style and script. */
export interface Page {
  readonly html: string;
  readonly policy: string;
}

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:0 auto;padding:1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #8886}
code,textarea,pre,input,select{font:14px/1.4 ui-monospace,monospace}
textarea,pre,input,select{width:100%;box-sizing:border-box}
textarea{height:14rem}
label{display:block;margin-top:.75rem}
button{font:inherit;margin:.75rem 0;padding:.4rem 1rem}
pre{white-space:pre-wrap;word-break:break-all;padding:.5rem;border:1px solid #8886;min-height:3rem}
summary{cursor:pointer;padding:.3rem 0;font-weight:600}`;

/** Sends what stands in the form, then asks for the result until there is one. */
const SCRIPT = `
const at = (id) => document.getElementById(id);
const examples = JSON.parse(at("examples").textContent);
const show = (value) => { at("answer").textContent += JSON.stringify(value, null, 1) + "\\n"; };
const call = async (method, body) => (await fetch("/" + method, { method: "POST", body: JSON.stringify(body) })).json();
at("type").addEventListener("change", () => { at("task").value = JSON.stringify(examples[at("type").value], null, 1); });
at("type").dispatchEvent(new Event("change"));
at("try").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("answer").textContent = "";
  try {
    const clientKey = at("key").value;
    const created = await call("createTask", { clientKey, task: JSON.parse(at("task").value) });
    show(created);
    for (let left = 60; created.taskId && left > 0; left -= 1) {
      const result = await call("getTaskResult", { clientKey, taskId: created.taskId });
      if (result.status === "processing") await new Promise((done) => setTimeout(done, 1000));
      else { show(result); return; }
    }
  } catch (error) {
    at("answer").textContent += error.message;
  }
});`;

/** The readable description of the API, with a form to try it: one page that needs nothing from elsewhere. */
export function docsPage(): Page {
  const answered = TASK_TYPES.filter(({ route }) => route.kind !== "not offered");
  const examples = Object.fromEntries(answered.map((type) => [type.title, exampleTask(type, "minimal")]));
  // "<" is escaped, so that no value can end the element.
  const data = JSON.stringify(examples).replaceAll("<", "\\u003c");
  const options = answered.map(({ title }) => `<option>${escape(title)}</option>`).join("");
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Glyphdesk API</title><style>${STYLE}</style></head>
<body>
<main>
<h1>Glyphdesk API</h1>
<p>Methods are called with POST and a JSON object at the root path, such as <code>/createTask</code>.
Answers are always HTTP 200 with JSON; <code>errorId</code> 0 is success, 1 a refusal with <code>errorCode</code> and <code>errorDescription</code>.
Machine-readable: <a href="/openapi.json">/openapi.json</a>.</p>
<h2>Try it</h2>
<form id="try">
<label>API key <input id="key" autocomplete="off" required></label>
<label>Task type <select id="type">${options}</select></label>
<label>Task <textarea id="task" spellcheck="false"></textarea></label>
<button>Send createTask</button>
</form>
<pre id="answer" role="status" aria-label="Answers"></pre>
<h2>Methods</h2>
${Object.entries(METHODS).map(methodHtml).join("\n")}
<h2>Task types</h2>
<p>Beside its own fields every task may have these:</p>
${fieldsHtml("Any task", fieldLines({ properties: ANY_TASK }))}
${TASK_TYPES.map(typeHtml).join("\n")}
</main>
<script type="application/json" id="examples">${data}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `style-src ${source(STYLE)}`,
    `script-src ${source(SCRIPT)}`,
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return { html, policy };
}

function source(text: string): string {
  return `'sha256-${hash("sha256", text, "base64")}'`;
}

function methodHtml([name, { summary, request, required, answer, headers = {} }]: [
  string,
  MethodText,
]): string {
  const lines = Object.entries(headers).map(([path, description]) => ({
    path,
    kind: "header",
    required: false,
    description,
  }));
  return `<details><summary>${escape(`${name} – ${summary}`)}</summary>
${fieldsHtml("Request", [...fieldLines({ properties: request, required }), ...lines])}
${fieldsHtml("Answer", fieldLines({ properties: answer }))}</details>`;
}

function typeHtml(type: TaskType): string {
  const { route, aliases = [] } = type;
  const refusal =
    route.kind === "not offered" ? ` Refused with ERROR_TASK_NOT_SUPPORTED: ${route.reason}.` : "";
  const also = aliases.length === 0 ? "" : ` Also: ${aliases.join(", ")}.`;
  return `<details><summary>${escape(type.title)} – ${escape(routeText(type).replaceAll("`", ""))}</summary>
<p>${escape(`${type.summary}${refusal} ${termsOf(type)}${also}`)}</p>
${fieldsHtml("Request", fieldLines(type.schema))}
${fieldsHtml("Solution", fieldLines(type.solution))}</details>`;
}

function fieldsHtml(caption: string, lines: readonly Omit<FieldLine, "fallback">[]): string {
  const rows = lines.map(
    ({ path, kind, required, description }) =>
      `<tr><td><code>${escape(path)}</code></td><td>${escape(kind)}</td><td>${required ? "required" : ""}</td><td>${escape(description)}</td></tr>`,
  );
  return `<table><caption>${caption}</caption><tr><th>field</th><th>kind</th><th></th><th>what</th></tr>${rows.join("")}</table>`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
