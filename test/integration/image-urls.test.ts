import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import capmonster from "@zennolab_com/capmonstercloud-client";
import { parseRanges } from "../../src/config/ranges.ts";
import { maxRequestBytes } from "../../src/http/body.ts";
import { PictureFetcher } from "../../src/http/fetch-pictures.ts";
import { AddressGuard } from "../../src/outbound/address-guard.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { createTestApp } from "../support/app.ts";
import { createPeopleStage } from "../support/people-stage.ts";

const MAX_BYTES = 7_000;
const BROAD = 300_000;
const stage = await createPeopleStage({
  GLYPHDESK_CALLBACK_ALLOW: "127.0.0.0/8",
  GLYPHDESK_MAX_IMAGE_BYTES: String(MAX_BYTES),
});
const { desk, call, caller } = stage;
const picture = Buffer.from(stage.picture, "base64");

/** What each path of the pictures' host answers. */
const PAGES: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/a.png": (response) => response.end(picture),
  "/broad.png": (response) => response.end(Buffer.concat([picture, Buffer.alloc(BROAD)]).subarray(0, BROAD)),
  // The header is not believed.
  "/b.png": (response) => response.writeHead(200, { "content-type": "text/html" }).end(picture),
  "/page": (response) => response.writeHead(200, { "content-type": "image/png" }).end("<html>".padEnd(500)),
  "/tiny": (response) => response.end("x"),
  "/nothing": (response) => response.writeHead(204).end(),
  "/large": (response) => response.writeHead(200, { "content-length": MAX_BYTES + 1 }).flushHeaders(),
  "/endless": (response) => void response.write(Buffer.alloc(MAX_BYTES + 1, picture)),
  "/moved": (response) => response.writeHead(302, { location: "http://127.0.0.1:1/private" }).end(),
  "/gone": (response) => response.writeHead(404).end(picture),
  "/broken": (response) => response.writeHead(503).end(picture),
  "/cut": (response) => response.destroy(),
  "/silent": () => undefined,
  "/stalled": (response) => void response.write(picture.subarray(0, 50)),
};
const asked: string[] = [];
const host = createServer(({ url = "", headers }, response) => {
  asked.push(url);
  assert.equal(headers.cookie, undefined);
  PAGES[url.split("?")[0] ?? ""]?.(response);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => host.once("listening", resolve));
const { port } = host.address() as AddressInfo;
after(() => {
  host.closeAllConnections();
  host.close();
});
const at = (path: string) => `http://127.0.0.1:${port}${path}?secret=7`;

function recaptcha(...imageUrls: string[]): object {
  const { imagesBase64: _, ...task } = stage.grid() as Record<string, unknown>;
  return { ...task, imageUrls };
}

const hcaptcha = (fields: object) => ({
  type: "ComplexImageTask",
  class: "hcaptcha",
  websiteURL: "https://shop.example/",
  metadata: { Task: "Select all dogs" },
  ...fields,
});

async function refusal(task: object, clientKey = caller.key, through = call): Promise<string> {
  const answer = await through("createTask", { clientKey, task });
  assert.equal(answer["errorId"], 1, JSON.stringify(answer));
  const said = `${String(answer["errorCode"])} ${String(answer["errorDescription"])}`;
  assert.doesNotMatch(said, /secret=|hunter/);
  return said;
}

describe("imageUrls", () => {
  it("are not fetched while nobody is there to answer", async () => {
    assert.match(await refusal(recaptcha(at("/a.png"))), /^ERROR_NO_SLOT_AVAILABLE .*no worker is online/);
    assert.equal(asked.length, 0);
  });

  it("become the pictures that a worker is shown, and leave nothing of their addresses", async () => {
    await stage.withWorkers(1, async ([worker]) => {
      assert(worker);
      const id = await caller.create(recaptcha(at("/a.png")));
      const rows = await desk.database.query("select fields from tasks where id = $1", [id]);
      assert.doesNotMatch(JSON.stringify(rows), /127\.0\.0\.1|secret/);
      const item = await worker.take();
      assert.equal(item.kind, "grid");
      const file = await worker.call("GET", `items/${item.lease}/file/0`);
      assert.deepEqual(file.body, picture);
      await worker.answer(item, { cells: [true] });
      const { solution } = await caller.ended(id);
      assert.deepEqual(solution, { answer: [true] });
    });
  });

  it("stand in order, and beside examples that came in Base64 or have addresses too", async () => {
    await stage.withWorkers(1, async ([worker]) => {
      assert(worker);
      const ids: number[] = [];
      for (const fields of [
        { imageUrls: [at("/a.png"), at("/b.png")], exampleImageUrls: [at("/a.png")] },
        { imageUrls: [at("/a.png"), at("/b.png")], exampleImagesBase64: [stage.picture] },
        { imagesBase64: [stage.picture, stage.picture], exampleImageUrls: [at("/a.png")], imageUrls: [] },
      ]) {
        ids.push(await caller.create(hcaptcha(fields)));
        const item = await worker.take();
        assert.equal(item.kind, "grid");
        assert.deepEqual(
          item.files.map(({ role }) => role),
          ["task", "task", "example"],
        );
        await worker.answer(item, { cells: [true, false] });
      }
      for (const id of ids) {
        const { solution } = await caller.ended(id);
        assert.deepEqual(solution, { answer: [true, false], metadata: { AnswerType: "Grid" } });
      }
    });
  });

  it("come from the official client", async () => {
    const serviceUrl = await stage.app.listen({ port: 0, host: "127.0.0.1" });
    const { CapMonsterCloudClientFactory: factory, ClientOptions, ComplexImageHCaptchaRequest } = capmonster;
    const client = factory.Create(new ClientOptions({ clientKey: caller.key, serviceUrl }));
    await stage.withWorkers(1, async ([worker], [events]) => {
      assert(worker && events);
      const solved = client.Solve(
        new ComplexImageHCaptchaRequest({
          websiteURL: "https://shop.example/",
          imageUrls: [at("/a.png"), at("/b.png")],
          exampleImageUrls: [at("/a.png")],
          metaData: { Task: "Select all dogs" },
        }),
      );
      await events.next("waiting");
      const item = await worker.take();
      assert.equal(item.files.length, 3);
      await worker.answer(item, { cells: [false, true] });
      const { solution } = await solved;
      assert.deepEqual(solution?.answer, [false, true]);
    });
  });

  it("are refused with what failed and what to do, and cost nothing", async () => {
    await stage.withWorkers(1, async () => {
      const before = await caller.books();
      const faults: readonly [path: string, said: RegExp][] = [
        ["/page", /^ERROR_INVALID_TASK imageUrls\[0\] cannot be used.*HTML/],
        ["/tiny", /^ERROR_ZERO_CAPTCHA_FILESIZE imageUrls\[0\] holds 1 bytes/],
        ["/nothing", /^ERROR_ZERO_CAPTCHA_FILESIZE /],
        ["/large", /^ERROR_TOO_BIG_CAPTCHA_FILESIZE .*more than 7000 bytes/],
        ["/endless", /^ERROR_TOO_BIG_CAPTCHA_FILESIZE .*more than 7000 bytes/],
        ["/moved", /^ERROR_INVALID_TASK .*answered 302.*the picture itself.*imagesBase64/],
        ["/gone", /^ERROR_INVALID_TASK .*answered 404/],
        ["/broken", /^ERROR_SERVICE_NOT_AVAILABLE .*answered 503.*try again/],
        ["/cut", /^ERROR_SERVICE_NOT_AVAILABLE .*cannot be reached/],
      ];
      for (const [path, said] of faults) assert.match(await refusal(recaptcha(at(path))), said);
      const among = hcaptcha({ imageUrls: [at("/a.png"), at("/gone"), at("/a.png")] });
      assert.match(await refusal(among), /imageUrls\[1\] could not be fetched/);
      const closed = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => closed.once("listening", resolve));
      const nobody = recaptcha(`http://127.0.0.1:${(closed.address() as AddressInfo).port}/x?secret=7`);
      await new Promise((resolve) => closed.close(resolve));
      assert.match(await refusal(nobody), /^ERROR_SERVICE_NOT_AVAILABLE .*ECONNREFUSED/);
      assert.deepEqual(await caller.books(), before);
    });
  });

  it("are refused by themselves before anything is fetched", async () => {
    const before = asked.length;
    const faults: readonly [object, RegExp][] = [
      [recaptcha("file:///etc/passwd"), /^ERROR_INVALID_TASK .*imageUrls\[0\]: expected an http or https/],
      [recaptcha("/a.png"), /expected an absolute address/],
      [recaptcha(`http://me:hunter@127.0.0.1:${port}/a.png`), /without user name and password/],
      [recaptcha("http://shop.example:25/"), /port 80, 443/],
      [recaptcha(at("/a.png"), at("/b.png")), /at most one picture, got 2/],
      [
        hcaptcha({ imagesBase64: [], imageUrls: Array.from({ length: 19 }, () => at("/a.png")) }),
        /at most 18/,
      ],
      [
        hcaptcha({ imageUrls: [at("/a.png")], exampleImageUrls: ["ftp://a/"] }),
        /exampleImageUrls\[0\]: expected/,
      ],
    ];
    for (const [task, said] of faults) assert.match(await refusal(task), said);
    assert.equal(asked.length, before);
  });

  it("are not fetched for whoever may not have the task, or cannot pay for it", async () => {
    const before = asked.length;
    const task = recaptcha(at("/a.png"));
    await stage.withWorkers(1, async () => {
      const { key: broke } = await desk.addAccount("broke", 0);
      assert.match(await refusal(task, "no-such-key"), /^ERROR_KEY_DOES_NOT_EXIST/);
      assert.match(await refusal(task, broke), /^ERROR_ZERO_BALANCE/);
      const elsewhere = { ...task, websiteURL: "https://elsewhere.example/" };
      assert.match(await refusal(elsewhere), /^ERROR_DOMAIN_NOT_ALLOWED/);
      const answer = await call("test", { clientKey: caller.key, task });
      assert.equal((answer["createTask"] as { errorId: number }).errorId, 0);
    });
    assert.equal(asked.length, before);
  });

  it("reach no private address unless the operator opens it", async () => {
    const { call: closed } = await createTestApp({}, desk);
    await stage.withWorkers(1, async () => {
      const before = asked.length;
      for (const name of ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"]) {
        const task = recaptcha(`http://${name}:${port}/a.png?secret=7`);
        const said = await refusal(task, caller.key, closed);
        assert.match(said, /^ERROR_INVALID_TASK .*is not public.*GLYPHDESK_CALLBACK_ALLOW/, name);
      }
      assert.equal(asked.length, before);
    });
  });

  it("are fetched once for a request that is repeated, also while it is under way", async () => {
    await stage.withWorkers(1, async () => {
      const before = asked.length;
      const payload = { clientKey: caller.key, task: recaptcha(at("/a.png")) };
      const request = { method: "POST", url: "/createTask", headers: { "idempotency-key": "once" }, payload };
      const create = () => stage.app.inject(request as { method: "POST"; url: string; payload: object });
      const first = await Promise.all([create(), create(), create()]);
      const ids = [...first, await create()].map(({ body }) => body);
      assert.match(String(ids[0]), /"errorId":0/);
      assert.equal(new Set(ids).size, 1);
      assert.equal(asked.length, before + 1);
    });
  });
});

describe("the picture fetcher", () => {
  const guard = new AddressGuard(parseRanges("127.0.0.0/8"));
  const code = (error: unknown) =>
    error instanceof ProtocolError ? `${error.code} ${error.message}` : error;
  const none = { exampleImageUrls: [] };

  it("fetches no more for a task than one request could carry", async () => {
    const fetcher = new PictureFetcher(guard, 500_000);
    const addresses = (pictures: number) => ({
      imageUrls: Array.from({ length: pictures }, () => at("/broad.png")),
      ...none,
    });
    const room = Math.floor((maxRequestBytes(500_000) * 3) / 4 / BROAD);
    assert(room < 18);
    assert.equal((await fetcher.fetch(1, addresses(room))).imageUrls.length, room);
    await assert.rejects(fetcher.fetch(1, addresses(room + 1)), (error) => {
      assert.match(String(code(error)), /^ERROR_TOO_BIG_CAPTCHA_FILESIZE .*more than one request/);
      return true;
    });
  });

  it("waits no longer than its time, for the answer and for the rest of it", async () => {
    const hurried = new PictureFetcher(guard, MAX_BYTES, 100);
    for (const path of ["/silent", "/stalled"]) {
      await assert.rejects(hurried.fetch(1, { imageUrls: [at(path)], ...none }), (error) => {
        assert.match(String(code(error)), /^ERROR_SERVICE_NOT_AVAILABLE .*in time/);
        return true;
      });
    }
  });

  it("fetches for so many tasks at once, of one account and in all, and has room again afterwards", async () => {
    const fetcher = new PictureFetcher(guard, MAX_BYTES, 300);
    const start = (account: number) =>
      fetcher.fetch(account, { imageUrls: [at("/silent")], ...none }).then(() => "fetched", code);
    const accounts = [1, 2, 3, 4].flatMap((account) => Array.from({ length: 9 }, () => account));
    const said = (await Promise.all([...accounts, 5].map(start))).map((one) => String(one).split(" ")[0]);
    const busy = said.filter((one) => one === "ERROR_NO_SLOT_AVAILABLE");
    assert.equal(busy.length, 5, said.join());
    const { imageUrls } = await fetcher.fetch(1, { imageUrls: [at("/a.png")], ...none });
    assert.deepEqual(imageUrls, [picture]);
  });
});
