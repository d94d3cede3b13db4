import { useEffect, useEffectEvent, useRef, useState } from "react";
import controls from "../../shared/controls.module.css";
import { Icon } from "../../shared/Icon.tsx";
import { focusHome } from "../focus.ts";
import { showKeys } from "../keymap.ts";
import { IS_MAC, useShortcuts } from "../shortcuts.ts";
import type { AnswerProps } from "./AnswerBox.tsx";
import type { WidgetOutcome } from "./rules.ts";
import { readMessage, type WidgetMessage } from "./widget-message.ts";
import styles from "./WidgetAnswer.module.css";

const MAX_HEIGHT = 800;
const FIRST_HEIGHT = 500;

/**
 * A vendor's own widget, in a frame on the widget origin. What happens in there stays there: only the messages come out,
 * and only those from exactly that frame and origin count. A token is sent at once, because tokens age.
 */
export function WidgetAnswer({ item, onChange, onSubmit }: AnswerProps<"widget">) {
  const { ask } = item;
  const frame = useRef<HTMLIFrameElement>(null);
  const [round, setRound] = useState(0);
  const [status, setStatus] = useState<"loading" | "ready" | "done">("loading");
  const [fault, setFault] = useState<string | null>(null);
  const [height, setHeight] = useState(FIRST_HEIGHT);
  const again = () => {
    setRound(round + 1);
    setStatus("loading");
    setFault(null);
  };
  useShortcuts({ widgetAgain: again });
  // Keys that are pressed in the frame stay in it: the page's own work again as soon as it has the focus.
  const reload = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (fault !== null) reload.current?.focus();
  }, [fault]);
  // A vendor's inner frame can swallow every key, Tab too, and nobody else hears of them. It cannot keep anyone from
  // leaving this tab: who comes back is out of the frame.
  useEffect(() => {
    const back = () => {
      const inside = document.activeElement === frame.current;
      if (inside && document.visibilityState === "visible") reload.current?.focus();
    };
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, []);
  const settle = (widget: WidgetOutcome) => {
    setStatus("done");
    onChange({ widget });
    onSubmit();
  };
  const hear = useEffectEvent((message: WidgetMessage) => {
    if (message.event === "ready") setStatus("ready");
    else if (message.event === "leave") reload.current?.focus();
    else if (message.event === "size") setHeight(Math.min(MAX_HEIGHT, Math.max(80, message.height)));
    else if (message.event === "token") settle({ token: message.token, extra: message.extra });
    else if (message.event === "expired") setFault("The token ran out. Load the widget again.");
    else if (message.code === "other" || message.code === "expired") setFault(message.detail);
    else settle({ vendorError: message.code, detail: message.detail });
  });
  useEffect(() => {
    const listen = ({ origin, source, data }: MessageEvent<unknown>) => {
      if (origin !== ask.origin || source === null || source !== frame.current?.contentWindow) return;
      const message = readMessage(data);
      if (message !== null) hear(message);
    };
    addEventListener("message", listen);
    return () => removeEventListener("message", listen);
  }, [ask.origin]);
  // On our own origin the frame could reach into this page: the server never says so, and then nothing is shown.
  const isApart = ask.origin !== location.origin && new URL(ask.frame).origin === ask.origin;
  return (
    <>
      <p className={styles.vendor}>
        {ask.vendor} ·{" "}
        {status === "loading" ? (
          "loading …"
        ) : (
          <>
            <kbd>Tab</kbd> into it, <kbd>{showKeys("widgetLeave", IS_MAC)}</kbd> or <kbd>Tab</kbd> past its
            end back here
          </>
        )}
      </p>
      {isApart && (
        <iframe
          key={round}
          ref={frame}
          className={styles.frame}
          style={{ height: `${height}px` }}
          src={ask.frame}
          title={`${ask.vendor} widget`}
          // It is on another origin, so that allow-same-origin gives it no more than its own.
          // oxlint-disable-next-line react/iframe-missing-sandbox
          sandbox="allow-scripts allow-same-origin allow-forms allow-popups"
          referrerPolicy="no-referrer"
          data-home
          onLoad={focusHome}
        />
      )}
      {fault !== null && (
        <p className={styles.fault} role="alert">
          <Icon name="warn" /> {fault}
        </p>
      )}
      <div className={styles.row}>
        <button ref={reload} type="button" className={controls.button} onClick={again}>
          <Icon name="reload" /> Load again <kbd>{showKeys("widgetAgain", IS_MAC)}</kbd>
        </button>
        <button
          type="button"
          className={controls.button}
          onClick={() =>
            settle({ vendorError: "invalid-domain", detail: "The worker saw the vendor refuse the domain." })
          }
        >
          The vendor refuses this domain
        </button>
        <button
          type="button"
          className={controls.button}
          onClick={() =>
            settle({
              vendorError: "invalid-sitekey",
              detail: "The worker saw the vendor refuse the site key.",
            })
          }
        >
          The vendor refuses this site key
        </button>
      </div>
    </>
  );
}
