import assert from "node:assert/strict";
import type { FastifyInstance } from "fastify";

type Fields = Readonly<Record<string, string>>;

/** One request to a script of the 2Captcha dialect. */
export interface Sent {
  readonly method?: "GET" | "POST";
  readonly query?: Fields;
  readonly payload?: string | Buffer;
  readonly type?: string;
}

/** Speaks the dialect to an app; throws unless the answer is HTTP 200 with text or JSON. */
export function speakTwoCaptcha(app: FastifyInstance, key: string) {
  async function send(script: string, { method = "POST", query = {}, payload, type }: Sent): Promise<string> {
    const answer = await app.inject({
      method,
      url: `/${script}?${new URLSearchParams(query).toString()}`,
      ...(payload !== undefined && { payload }),
      ...(type !== undefined && { headers: { "content-type": type } }),
    });
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers["content-type"]), /^(text\/plain|application\/json); charset=utf-8$/);
    return answer.body;
  }

  return {
    send,
    get: (script: string, query: Fields) => send(script, { method: "GET", query }),
    /** in.php with a form. */
    form: (fields: Fields) => send("in.php", { payload: new URLSearchParams({ key, ...fields }).toString() }),
    /** The id that in.php answered. */
    submitted: async (text: Promise<string>): Promise<string> => {
      const [, id] = /^OK\|(\d+)$/.exec(await text) ?? [];
      assert(id !== undefined, await text);
      return id;
    },
  };
}
