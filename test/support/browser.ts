import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import sparticuz from "@sparticuz/chromium";
import { chromium, type Browser, type LaunchOptions } from "playwright-core";

/**
 * A real Chromium from npm, closed when the file's tests are over. Call it at the top level of a file, once: the first
 * start on a machine unpacks 210 MB (2 s), every other takes 0.3 s.
 */
export async function launchBrowser(): Promise<Browser> {
  const browser = await chromium.launch(await launchOptions());
  after(() => browser.close());
  return browser;
}

/** One more browser, with a process of its own that can be killed. */
export async function launchMortalBrowser(): Promise<{ browser: Browser; kill: () => Promise<void> }> {
  const server = await chromium.launchServer(await launchOptions());
  const browser = await chromium.connect(server.wsEndpoint());
  after(() => server.kill());
  return { browser, kill: () => server.kill() };
}

async function launchOptions(): Promise<LaunchOptions> {
  const home = await unpacked();
  return {
    executablePath: join(home, "chromium"),
    // The package's own arguments switch web security off, and these tests are about web security.
    args: [
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-zygote",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
    env: { ...process.env, FONTCONFIG_PATH: join(home, "fonts") },
  };
}

/** Test files start at the same time: each unpacks for itself where nobody has yet, and the first to finish wins. */
async function unpacked(): Promise<string> {
  const manifest = new URL("../../node_modules/@sparticuz/chromium/package.json", import.meta.url);
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const home = join(tmpdir(), `glyphdesk-chromium-${version}-${process.getuid?.() ?? 0}`);
  if (existsSync(home)) return home;
  const own = await mkdtemp(`${home}-`);
  const before = process.env["TMPDIR"];
  // The package unpacks into the temporary directory, wherever that is.
  process.env["TMPDIR"] = own;
  try {
    await sparticuz.executablePath();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  await writeFile(join(own, "fonts/fonts.conf"), fontsIn(join(home, "fonts")));
  await rename(own, home).catch(() => rm(own, { recursive: true, force: true }));
  return home;
}

/** The package's own file names fixed folders; with this one the browser has the same fonts everywhere. */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}</dir><cachedir>${folder}-cache</cachedir></fontconfig>
`;
}
