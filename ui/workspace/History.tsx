import controls from "../shared/controls.module.css";
import { Icon, type IconName } from "../shared/Icon.tsx";
import { KIND_NAMES } from "./answers/rules.ts";
import type { Desk } from "./desk.ts";
import styles from "./History.module.css";
import { ariaKeys, showKeys } from "./keymap.ts";
import { IS_MAC } from "./shortcuts.ts";
import type { Row, RowOutcome } from "./state.ts";
import { seconds } from "./TopBar.tsx";

const OUTCOMES: Readonly<
  Record<RowOutcome, { readonly icon: IconName; readonly words: string; readonly tone: string }>
> = {
  sending: { icon: "dots", words: "sending …", tone: "muted" },
  accepted: { icon: "check", words: "taken", tone: "ok" },
  fixed: { icon: "pen", words: "corrected", tone: "ok" },
  late: { icon: "back", words: "too late, not used", tone: "warn" },
  refused: { icon: "cross", words: "not accepted", tone: "bad" },
  skipped: { icon: "back", words: "given back", tone: "muted" },
  unsolvable: { icon: "cross", words: "can't be solved", tone: "muted" },
};

interface Props {
  readonly desk: Desk;
  readonly rows: readonly Row[];
  readonly canFix: boolean;
}

/** The last answers, newest first. The newest that the caller has not collected can be corrected. */
export function History({ desk, rows, canFix }: Props) {
  const last = canFix ? rows.find(({ fixable }) => fixable) : undefined;
  return (
    <aside className={styles.history} aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      {rows.length === 0 && <p className={styles.none}>Your answers of today appear here.</p>}
      {rows.length > 0 && (
        <ol>
          {rows.map((row) => (
            <li key={row.key}>
              <Line row={row} />
              {row === last && (
                <button
                  type="button"
                  className={controls.quiet}
                  onClick={() => desk.dispatch({ type: "fix-last" })}
                  aria-keyshortcuts={ariaKeys("fix", IS_MAC)}
                  title={`Correct this answer (${showKeys("fix", IS_MAC)} on an empty field)`}
                >
                  Correct
                </button>
              )}
            </li>
          ))}
        </ol>
      )}
    </aside>
  );
}

function Line({ row }: { readonly row: Row }) {
  const { icon, words, tone } = OUTCOMES[row.outcome];
  return (
    <span className={styles.line}>
      <span className={styles.summary}>{row.summary === "" ? KIND_NAMES[row.kind] : row.summary}</span>
      <span className={styles.took}>{seconds(row.tookMs)}</span>
      <span className={styles.outcome} data-tone={tone} title={words}>
        <Icon name={icon} />
        <span className={controls.hidden}>{words}</span>
      </span>
    </span>
  );
}
