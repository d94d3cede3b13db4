import type { ReactNode } from "react";
import type { HistoryRow } from "../../src/protocol/workspace.ts";
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
    <Rows title="History" none="Your answers of today appear here.">
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
    </Rows>
  );
}

/** The last answers of today, whoever gave them. */
export function EverybodysHistory({ rows }: { readonly rows: readonly HistoryRow[] }) {
  return (
    <Rows title="Everybody's history" none="The answers of today appear here.">
      {rows.map((row) => (
        <li key={row.id}>
          <span className={styles.worker}>{row.worker}</span>
          <Line row={row} />
        </li>
      ))}
    </Rows>
  );
}

interface RowsProps {
  readonly title: string;
  /** What is said where there are no rows. */
  readonly none: string;
  readonly children: readonly ReactNode[];
}

function Rows({ title, none, children }: RowsProps) {
  return (
    <aside className={styles.history} aria-labelledby="history-title">
      <h2 id="history-title">{title}</h2>
      {children.length === 0 ? <p className={styles.none}>{none}</p> : <ol>{children}</ol>}
    </aside>
  );
}

function Line({ row }: { readonly row: Pick<Row, "kind" | "summary" | "tookMs" | "outcome"> }) {
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
