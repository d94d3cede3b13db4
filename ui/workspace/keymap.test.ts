import assert from "node:assert/strict";
import { it } from "node:test";
import { parseKeybinding } from "tinykeys";
import { ariaKeys, showKeys, SHORTCUTS, shortcutOf, WHERE_NAMES, type ShortcutId } from "./keymap.ts";

const IDS = Object.keys(SHORTCUTS) as ShortcutId[];

it("has a label, a place and something to show for every shortcut", () => {
  for (const id of IDS) {
    const { label, where, keys } = shortcutOf(id);
    assert.match(label, /^[A-Z].{3,}/u, id);
    assert(where in WHERE_NAMES, id);
    assert(keys.length > 0, id);
    assert.doesNotMatch(showKeys(id, false), /[$[(]|Arrow[A-Z]|Digit|Key[A-Z]/u, id);
    assert.doesNotMatch(ariaKeys(id, false) ?? "", /[$[(]/u, id);
  }
  assert.equal(showKeys("reasons", false), "Ctrl .");
  assert.equal(showKeys("fix", true), "⌘ Z");
  assert.equal(ariaKeys("submit", false), "Enter Control+Enter");
});

it("takes nothing that belongs to the browser", () => {
  for (const id of IDS) {
    for (const keys of shortcutOf(id).keys) {
      for (const [required, , key] of parseKeybinding(keys)) {
        assert(!required.includes("Alt"), `${id}: Alt is the browser's menu`);
        assert(!(required.includes("Shift") && key === "Escape"), id);
        const control = required.some((name) => name === "Control" || name === "Meta" || name === "$mod");
        assert(!control || !/^[wtnrlq]$/iu.test(String(key)), `${id}: ${keys}`);
      }
    }
  }
});

it("gives no two shortcuts of the same place the same key", () => {
  const seen = new Map<string, string>();
  for (const id of IDS) {
    const { keys, where } = shortcutOf(id);
    for (const key of keys) {
      const name = `${where} ${key}`;
      assert(!seen.has(name), `${id} and ${seen.get(name)}`);
      seen.set(name, id);
    }
  }
});

/** Names of the keys that type a character, by their places and by what they type; Space is left to fields of itself. */
const TYPING = [
  ...Array.from({ length: 26 }, (_, at) => `Key${String.fromCodePoint(65 + at)}`),
  ...Array.from({ length: 10 }, (_, at) => [`Digit${at}`, `Numpad${at}`]).flat(),
  ...Array.from({ length: 94 }, (_, at) => String.fromCodePoint(33 + at)),
];

function typesSomething(keys: string): boolean {
  return parseKeybinding(keys).some(
    ([required, , key]) =>
      required.every((name) => name === "Shift") &&
      TYPING.some((name) => (key instanceof RegExp ? key.test(name) : key === name)),
  );
}

it("knows which keys also type something", () => {
  for (const id of IDS) {
    const { keys, types = false } = shortcutOf(id);
    for (const key of keys) assert.equal(types, typesSomething(key), `${id}: ${key}`);
  }
});
