import { useId, useLayoutEffect, useRef, type FormEvent, type ReactNode } from "react";
import controls from "../shared/controls.module.css";
import { Icon } from "../shared/Icon.tsx";
import type { Desk } from "./desk.ts";
import { focusHome } from "./focus.ts";
import styles from "./Door.module.css";
import type { State } from "./state.ts";

interface Props {
  readonly desk: Desk;
  readonly state: State;
}

export function SignIn({ desk, state }: Props) {
  const submit = (form: FormData) =>
    desk.signIn("sign-in", { name: text(form, "name"), password: text(form, "password") });
  return (
    <Door title="Sign in" notice={state.notice} busy={state.busy} onSubmit={submit} button="Sign in">
      <Field name="name" label="Name" autoComplete="username" focus />
      <Field name="password" label="Password" type="password" autoComplete="current-password" />
    </Door>
  );
}

/** The first time: a name came with the invitation, a password is chosen here. */
export function Invite({ desk, state }: Props) {
  const { token = "", name = null } = state.invite ?? {};
  const submit = (form: FormData) =>
    desk.signIn("accept-invite", { token, password: text(form, "password") });
  return (
    <Door
      title={name === null ? "Welcome" : `Welcome ${name}`}
      notice={state.notice}
      busy={state.busy}
      onSubmit={submit}
      button="Accept the invitation"
    >
      <p>
        Choose a password of ten characters or more: a few words are easy to remember. With it and your name
        you sign in from now on.
      </p>
      <input type="hidden" name="username" autoComplete="username" value={name ?? ""} />
      <Field name="password" label="New password" type="password" autoComplete="new-password" focus />
    </Door>
  );
}

export function Ended({ desk, state }: Props) {
  useLayoutEffect(focusHome, []);
  return (
    <main className={controls.screen}>
      <div className={controls.panel}>
        <h1>Session over</h1>
        <p>{state.notice}</p>
        <button
          data-home
          type="button"
          className={controls.primary}
          onClick={() => desk.dispatch({ type: "no-session", notice: null })}
        >
          Sign in again
        </button>
      </div>
    </main>
  );
}

interface DoorProps {
  readonly title: string;
  readonly notice: string | null;
  readonly busy: boolean;
  readonly button: string;
  readonly onSubmit: (form: FormData) => Promise<void>;
  readonly children: ReactNode;
}

function Door({ title, notice, busy, button, onSubmit, children }: DoorProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!busy) void onSubmit(new FormData(event.currentTarget));
  };
  return (
    <main className={controls.screen}>
      <form className={controls.panel} onSubmit={submit}>
        <p className={styles.mark}>
          <Icon name="mark" /> Glyphdesk
        </p>
        <h1>{title}</h1>
        {children}
        {notice !== null && (
          <p className={styles.notice} role="alert">
            {notice}
          </p>
        )}
        <button type="submit" className={controls.primary} aria-disabled={busy}>
          {button}
        </button>
      </form>
    </main>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: "text" | "password";
  readonly autoComplete: string;
  readonly focus?: boolean;
}

function Field({ name, label, type = "text", autoComplete, focus = false }: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (focus) input.current?.focus();
  }, [focus]);
  return (
    <div>
      <label className={controls.label} htmlFor={id}>
        {label}
      </label>
      <input
        ref={input}
        id={id}
        className={controls.field}
        name={name}
        type={type}
        autoComplete={autoComplete}
        required
        maxLength={200}
      />
    </div>
  );
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
