import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { UserConfig } from "vite";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The pages: each is one entry here and one file `NAME.html` beside this one. */
const PAGES = ["workspace"];

export const pagesConfig = {
  configFile: false,
  root: path("."),
  // All addresses in the page are relative: the server may mount it anywhere.
  base: "./",
  logLevel: "warn",
  plugins: [react()],
  build: {
    outDir: path("../dist-ui"),
    emptyOutDir: true,
    target: "es2024",
    // The content security policy allows neither data: addresses nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: PAGES.map((name) => path(`${name}.html`)) },
  },
} satisfies UserConfig & { readonly configFile: false };
