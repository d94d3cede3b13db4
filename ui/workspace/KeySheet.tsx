import { useEffect, useRef } from "react";
import controls from "../shared/controls.module.css";
import { focusHome } from "./focus.ts";
import { showKeys, SHORTCUTS, WHERE_NAMES, type ShortcutId, type Where } from "./keymap.ts";
import styles from "./KeySheet.module.css";
import { IS_MAC } from "./shortcuts.ts";

const GROUPS = Object.entries(WHERE_NAMES) as [Where, string][];
const IDS = Object.keys(SHORTCUTS) as ShortcutId[];

/** All keys, as a dialog. Made from the registry, so that it cannot be out of date. */
export function KeySheet({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const closed = () => {
    onClose();
    focusHome();
  };
  return (
    <dialog ref={dialog} className={styles.sheet} aria-labelledby="keys-title" onClose={closed}>
      {open && (
        <>
          <header className={styles.head}>
            <h2 id="keys-title">Keys</h2>
            <button type="button" className={controls.button} onClick={onClose}>
              Close <kbd>Esc</kbd>
            </button>
          </header>
          <div className={styles.groups}>
            {GROUPS.map(([where, name]) => (
              <section key={where}>
                <h3>{name}</h3>
                <dl>
                  {IDS.filter((id) => SHORTCUTS[id].where === where).map((id) => (
                    <div key={id}>
                      <dt>{SHORTCUTS[id].label}</dt>
                      <dd>
                        <kbd>{showKeys(id, IS_MAC)}</kbd>
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </>
      )}
    </dialog>
  );
}
