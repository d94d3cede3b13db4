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
  if (query >= 0) for (const [name, value] of new URLSearchParams(url.slice(query))) add(name, value);
  for (const [name, value] of await readBody(body ?? Buffer.alloc(0))) add(name, value);
  return parameters;
}

async function readBody(bytes: Buffer): Promise<Iterable<readonly [string, string]>> {
  const start = bytes.toString("latin1", 0, 200).trimStart();
  if (start.startsWith("{")) return fromJson(bytes);
  if (start.startsWith("--")) return fromMultipart(bytes, start.slice(2).split(/[\r\n]/, 1)[0] ?? "");
  return new URLSearchParams(bytes.toString("utf8"));
}

function fromJson(bytes: Buffer): [string, string][] {
  return Object.entries(parseRequest(bytes))
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
}

async function fromMultipart(bytes: Buffer, boundary: string): Promise<[string, string][]> {
  const headers = { "content-type": `multipart/form-data; boundary="${boundary.replaceAll('"', "")}"` };
  const form = await new Response(new Uint8Array(bytes), { headers }).formData().catch(() => {
    throw new ProtocolError(
      "ERROR_INVALID_TASK",
      "The body starts like multipart/form-data, but its parts cannot be told apart.",
    );
  });
  return Promise.all(
    [...form].map(async ([name, value]): Promise<[string, string]> => [
      name,
      typeof value === "string" ? value : Buffer.from(await value.arrayBuffer()).toString("base64"),
    ]),
  );
}
