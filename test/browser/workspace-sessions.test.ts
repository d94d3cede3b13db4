import assert from "node:assert/strict";
import { it } from "node:test";
import { violations } from "../support/axe.ts";
import { createWorkspaceStage, FIELD, PASSWORD, startWorking } from "../support/workspace-stage.ts";
import { textTask } from "../support/workspace-tasks.ts";

/** Coming in and going out when that does not go smoothly, and what those see who come to read. */
const stage = await createWorkspaceStage();
const seat = await stage.hire("ada");
const { page } = seat;

it("says so while the server cannot be reached, and goes on by itself", async () => {
  const { page: door, context, faults } = await stage.open("door");
  const session = /\/api\/session$/u;
  await door.route(session, (route) => route.fulfill({ status: 503 }));
  await door.goto(`${stage.server.url}/workspace/`);
  await door.locator("main").getByText("The server cannot be reached.").waitFor();
  assert.deepEqual(await violations(door, "all"), []);
  await door.unroute(session);
  await door.getByLabel("Name").waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

it("shows everybody's answers to auditors and operators, and to nobody else", async () => {
  await startWorking(seat);
  const result = stage.solve(textTask(0));
  await page.locator(FIELD).waitFor();
  await page.keyboard.type("seen");
  await page.keyboard.press("Enter");
  await result;
  await page.getByText("Nothing waiting").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Paused" }).waitFor();
  assert.equal(await page.getByText("Everybody's history").count(), 0);
  for (const role of ["auditor", "operator"]) {
    const reader = await stage.open(role);
    await reader.page.goto(await stage.invite(role, "--role", role));
    await reader.page.getByLabel("New password").fill(PASSWORD);
    await reader.page.keyboard.press("Enter");
    const rows = reader.page.getByRole("complementary", { name: "Everybody's history" });
    await rows.getByRole("listitem").filter({ hasText: "ada" }).filter({ hasText: "seen" }).waitFor();
    assert.deepEqual(await violations(reader.page, "all"), []);
    assert.deepEqual(reader.faults, []);
    await reader.context.close();
  }
});

it("says when signing out failed, and who ended the session", async () => {
  await seat.context.setOffline(true);
  await page.getByRole("button", { name: "Sign out ada" }).click();
  await page.getByText("Signing out failed.").and(page.locator(":visible")).first().waitFor();
  await seat.context.setOffline(false);
  await page.getByText("Reconnecting").waitFor({ state: "hidden" });
  await stage.cli("worker", "sign-out", "ada");
  await page.getByText("The operator has signed you out.").first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByLabel("Name").waitFor();
  assert.deepEqual(seat.faults, []);
});

it("says that the session is over when it ended while its events were not heard", async () => {
  const away = await stage.hire("bea");
  await startWorking(away);
  const events = /\/api\/events/u;
  await away.page.route(events, (route) => route.fulfill({ status: 503 }));
  // Pausing opens the stream anew, and nothing else asks for anything then.
  await away.page.keyboard.press("Escape");
  await away.page.getByText("Reconnecting").first().waitFor();
  await stage.cli("worker", "sign-out", "bea");
  await away.page.unroute(events);
  await away.page.getByText("You are signed out.").first().waitFor();
  assert.equal(await away.page.getByText("Reconnecting").count(), 0);
  assert.deepEqual(away.faults, []);
});
