import { createContext, useContext, useEffect, useEffectEvent } from "react";
import { tinykeys } from "tinykeys";
import { shortcutOf, type ShortcutId } from "./keymap.ts";
import { preferences } from "./preferences.ts";

/** Whether this is a Mac, where ⌘ takes the place of Ctrl. */
export const IS_MAC = /Mac|iPhone|iPad/u.test(navigator.platform);

/** What a shortcut does. `false` means: not now, let the browser have the key. */
export type Action = (event: KeyboardEvent) => void | false;

/** Whether shortcuts act: not those of the answer while something else is asked. */
export const ShortcutsAct = createContext(true);

/** Listens to these shortcuts as long as the component is on the page. */
export function useShortcuts(actions: Partial<Record<ShortcutId, Action>>): void {
  const acts = useContext(ShortcutsAct);
  const act = useEffectEvent((id: ShortcutId, event: KeyboardEvent) => {
    const action = actions[id];
    if (!acts || action === undefined || event.defaultPrevented || isLeftAlone(id, event)) return;
    if (action(event) !== false) event.preventDefault();
  });
  const ids = Object.keys(actions).join(" ");
  useEffect(() => {
    if (ids === "") return undefined;
    const bindings = (ids.split(" ") as ShortcutId[]).flatMap((id) =>
      shortcutOf(id).keys.map((keys) => [keys, (event: KeyboardEvent) => act(id, event)] as const),
    );
    return tinykeys(window, Object.fromEntries(bindings), { ignore: isNotForUs });
  }, [ids]);
}

function isLeftAlone(id: ShortcutId, { repeat, target, key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (repeat && shortcutOf(id).repeats !== true) return true;
  if (shortcutOf(id).types === true && (isTextField(target) || !preferences().singleKeys)) return true;
  // Keys by which a focused control is used stay its own.
  if (key === "Enter") return !ctrlKey && !metaKey && isPressable(target);
  if (key.startsWith("Arrow")) return target instanceof HTMLElement && target.matches("[data-scrolls]");
  return key === " " && (isPressable(target) || isTextField(target));
}

/** An input method is composing, or a dialog lies over the page. */
function isNotForUs(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]") !== null;
}

/** Whether typing there writes something. */
export function isTextField(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && /^(text|password|search|email)$/u.test(target.type))
  );
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("button, a, summary, select, input[type=checkbox]");
}
