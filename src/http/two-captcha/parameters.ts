import { parse } from "node:querystring";
import { ProtocolError } from "../../protocol/errors.ts";
import { parseRequest } from "../../protocol/json.ts";
import type { Body } from "../body.ts";

/** The parameters of a request by lower-case name, as text; an uploaded file as its bytes in Base64. Empty ones are left out. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/**
 * Reads what a request says in its query and in its body; the body wins. What the body looks like decides how it is
 * read, not its declared content type: clients of this dialect send JSON as text/plain and forms as multipart/form-data.
 * @throws ProtocolError
 */
export async function readParameters(url: string, body: Body | undefined): Promise<Parameters> {
  if (body instanceof ProtocolError) throw body;
  const parameters = Object.create(null) as Record<string, string | undefined>;
  const add = (name: string, value: string) => {
    if (value !== "") parameters[name.toLowerCase()] = value;
  };
  const query = url.indexOf("?");
  if (query >= 0) for (const [name, value] of fromForm(url.slice(query + 1))) add(name, value);
  for (const [name, value] of await readBody(body ?? Buffer.alloc(0))) add(name, value);
  return parameters;
}

type Pairs = Iterable<readonly [string, string]>;

function readBody(bytes: Buffer): Pairs | Promise<Pairs> {
  const start = bytes.toString("latin1", 0, 200).trimStart();
  if (start.startsWith("{")) return fromJson(bytes);
  if (start.startsWith("--")) return fromMultipart(bytes, start.split(/[\r\n]/, 1)[0] ?? "");
  return fromForm(bytes.toString("utf8"));
}

function fromJson(bytes: Buffer): Pairs {
  return Object.entries(parseRequest(bytes))
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
}

/** More than this no request has. Telling hundreds of thousands apart would take seconds. */
const MAX_PARAMETERS = 200;

function fromForm(text: string): Pairs {
  const form = parse(text, "&", "=", { maxKeys: MAX_PARAMETERS });
  return Object.entries(form).map(([name, value = ""]) => [
    name,
    typeof value === "string" ? value : (value.at(-1) ?? ""),
  ]);
}

/** @param delimiter the first line */
async function fromMultipart(bytes: Buffer, delimiter: string): Promise<Pairs> {
  const boundary = delimiter.slice(2).replaceAll('"', "");
  const headers = { "content-type": `multipart/form-data; boundary="${boundary}"` };
  if (hasMore(bytes, delimiter, MAX_PARAMETERS)) throw unreadable(`more than ${MAX_PARAMETERS} parts`);
  const form = await new Response(new Uint8Array(bytes), { headers }).formData().catch(() => {
    throw unreadable("parts that cannot be told apart");
  });
  return Promise.all(
    [...form].map(async ([name, value]): Promise<[string, string]> => [
      name,
      typeof value === "string" ? value : Buffer.from(await value.arrayBuffer()).toString("base64"),
    ]),
  );
}

function hasMore(bytes: Buffer, delimiter: string, times: number): boolean {
  let at = 0;
  for (let found = 0; found <= times; found += 1) {
    at = bytes.indexOf(delimiter, at, "latin1") + 1;
    if (at === 0) return false;
  }
  return true;
}

function unreadable(fault: string): ProtocolError {
  return new ProtocolError(
    "ERROR_INVALID_TASK",
    `The body starts like multipart/form-data, but it has ${fault}.`,
  );
}
