import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { ImageError } from "../../src/protocol/inspect-image.ts";
import { checkSvg } from "../../src/protocol/svg.ts";
import { claim } from "../../src/tasks/claim.ts";
import { createTestApp } from "../support/app.ts";

const off = await createTestApp();
const on = await createTestApp({ GLYPHDESK_SVG: "on" }, off.desk);
const payer = await off.desk.addAccount("payer", 1_000_000);

const drawing = (inside: string, attributes = 'width="120" height="40"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inside}<path d="M10 10 20 30 40 5" stroke="#334455" fill="none"/></svg>`;

function create({ call }: typeof on, svg: string): Promise<Record<string, unknown>> {
  const body = Buffer.from(svg.padEnd(200)).toString("base64");
  return call("createTask", { clientKey: payer.key, task: { type: "ImageToTextTask", body } });
}

test("SVG drawings are refused unless they are switched on", async () => {
  const answer = await create(off, drawing(""));
  assert.equal(answer["errorCode"], "ERROR_INVALID_TASK");
  assert.match(String(answer["errorDescription"]), /SVG images are not read/);
});

test("switched on, a drawing is kept as the PNG that it shows", async () => {
  const answer = await create(
    on,
    `<?xml version="1.0" encoding="UTF-8"?>\n${drawing("<g><text x='9'>a</text></g>")}`,
  );
  assert.equal(answer["errorId"], 0, JSON.stringify(answer));
  const [task] = await claim(on.desk.database, on.desk.images, {
    lane: "machine",
    limit: 1,
    leasedBy: "test",
    leaseMs: 60_000,
  });
  const { format, width, height } = await sharp(task?.image ?? Buffer.alloc(0)).metadata();
  assert.deepEqual([format, width, height], ["png", 120, 40]);
});

const HOSTILE: Readonly<Record<string, string>> = {
  "an entity bomb": `<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${drawing("<text>&b;</text>")}`,
  "a file of the server": drawing('<image href="file:///etc/passwd" width="9" height="9"/>'),
  "an address elsewhere": drawing('<path d="M0 0" fill="url(http://169.254.169.254/)"/>'),
  "an embedded picture": drawing('<image href="data:image/png;base64,AAAA"/>'),
  "a style sheet": drawing("<style>@import 'http://x/';</style>"),
  "an escaped property": drawing('<path d="M0 0H9" style="stroke\\-dasharray:1"/>'),
  "a property written with entities": drawing('<path d="M0 0H9" style="stroke&#45;dasharray:1"/>'),
  "dashes without end": drawing('<path d="M0 0H99999" stroke-dasharray="0.00001"/>'),
  "a filter": drawing('<g filter="url(#f)"/>'),
  repetition: drawing('<g id="a"/><use href="#a"/>'),
  "a script": drawing("<script>1</script>"),
  "a handler": drawing('<path onload="x()"/>'),
  "foreign content": drawing("<foreignObject/>"),
  "very large numbers": drawing('<text font-size="9999999">a</text>'),
  "an exponent": drawing('<text font-size="1e9">a</text>'),
  "layers without end": drawing(`${"<g opacity='.9'>".repeat(50)}${"</g>".repeat(50)}`),
  "elements without end": drawing("<path/>".repeat(9_000)),
  "another encoding": `<?xml version="1.0" encoding="UTF-16"?>${drawing("")}`,
  "far too many pixels": drawing("", 'width="99999" height="99999"'),
  "no size at all": "<svg></svg>",
  "half of it": drawing("").slice(0, 90),
};
for (const [name, svg] of Object.entries(HOSTILE)) {
  test(`refused: ${name}`, async () => {
    const answer = await create(on, svg);
    assert.equal(answer["errorCode"], "ERROR_INVALID_TASK", JSON.stringify(answer));
  });
}

test("bytes that are no text are no drawing", () => {
  assert.throws(() => checkSvg(Buffer.from(drawing("\u00e9"), "latin1")), ImageError);
});
