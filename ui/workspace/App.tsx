import { useEffect, useState, useSyncExternalStore } from "react";
import controls from "../shared/controls.module.css";
import styles from "./App.module.css";
import type { Desk } from "./desk.ts";
import { Bench } from "./Bench.tsx";
import { Ended, Invite, SignIn } from "./Door.tsx";
import { howMany } from "./how-many.ts";
import { KeySheet } from "./KeySheet.tsx";
import { isTaking } from "./moves.ts";
import { Ready } from "./Ready.tsx";
import { useShortcuts } from "./shortcuts.ts";
import type { State } from "./state.ts";
import { TopBar } from "./TopBar.tsx";

/** The whole page: which screen, and what lies over every screen. */
export function App({ desk }: { readonly desk: Desk }) {
  const state = useSyncExternalStore(desk.subscribe, desk.state);
  const [sheetOpen, setSheetOpen] = useState(false);
  const openSheet = () => setSheetOpen(true);
  useShortcuts({ sheet: openSheet, sheetOutside: openSheet });
  useEffect(() => {
    document.title = titleOf(state);
  }, [state]);
  return (
    <div className={styles.page}>
      {state.session !== null && <TopBar desk={desk} state={state} onKeys={openSheet} />}
      <Screen desk={desk} state={state} onKeys={openSheet} />
      {state.toast !== null && <p className={styles.toast}>{state.toast}</p>}
      <KeySheet open={sheetOpen} onClose={() => setSheetOpen(false)} />
      <LiveRegions desk={desk} />
    </div>
  );
}

interface ScreenProps {
  readonly desk: Desk;
  readonly state: State;
  readonly onKeys: () => void;
}

function Screen({ desk, state, onKeys }: ScreenProps) {
  switch (state.phase) {
    case "starting":
      return (
        <main className={controls.screen} aria-busy="true" aria-label="Workspace">
          {state.offline && (
            <div className={controls.panel}>
              <h1>No connection</h1>
              <p>The server cannot be reached. Trying again …</p>
            </div>
          )}
        </main>
      );
    case "signed-out":
      return <SignIn desk={desk} state={state} />;
    case "invite":
      return <Invite desk={desk} state={state} />;
    case "ended":
      return <Ended desk={desk} state={state} />;
    case "ready":
    case "paused":
      return <Ready desk={desk} state={state} onKeys={onKeys} />;
    default:
      return <Bench desk={desk} state={state} />;
  }
}

function titleOf(state: State): string {
  if (state.phase === "waiting") return "● waiting – Glyphdesk";
  const waiting = state.session?.waiting ?? 0;
  return isTaking(state) && waiting > 0 ? `(${howMany(waiting)}) Glyphdesk` : "Glyphdesk workspace";
}

/** What happens is said, not only shown. Equal sentences in a row are told apart by a changing blank at the end. */
function LiveRegions({ desk }: { readonly desk: Desk }) {
  const { polite, assertive } = useSyncExternalStore(desk.subscribe, desk.said);
  return (
    <>
      <p className={controls.hidden} role="status" aria-live="polite">
        {polite.text + (polite.id % 2 === 0 ? "" : "\u00a0")}
      </p>
      <p className={controls.hidden} role="alert" aria-live="assertive">
        {assertive.text + (assertive.id % 2 === 0 ? "" : "\u00a0")}
      </p>
    </>
  );
}
