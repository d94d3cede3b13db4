/**
 * The only script of ours in a widget frame. It reads the plan (src/http/widget-page.ts), loads the vendor's own script
 * from the vendor, brings its widget onto the page, and tells the workspace's page, and nobody else, what came of it:
 * `{glyphdesk: "widget", ticket, event: "ready" | "token" | "error" | "expired" | "leave" | "size", …}`.
 * It presses nothing: a widget that shows nothing of its own gets a button, and a person presses that.
 */
"use strict";

(() => {
  /** A slow vendor is said to be slow; one that stays silent is given up. */
  const SLOW_MS = 5_000;
  const SILENT_MS = 30_000;

  const plan = JSON.parse(document.getElementById("plan").textContent);
  const { render } = plan;
  const place = document.getElementById("widget");
  const status = document.getElementById("status");

  function tell(event, more = {}) {
    window.parent.postMessage({ glyphdesk: "widget", ticket: plan.ticket, event, ...more }, plan.workspace);
  }

  function say(sentence, bad = false) {
    status.textContent = sentence;
    status.className = bad ? "bad" : "";
  }

  /** The vendor has answered in some way: nothing is waited for any more. */
  function stopWaiting() {
    clearTimeout(slow);
    clearTimeout(silent);
  }

  function ready() {
    stopWaiting();
    say("");
    tell("ready");
  }

  function onToken(token, extra = {}) {
    if (typeof token !== "string" || token === "") return;
    stopWaiting();
    say("Done.");
    tell("token", { token, extra: { ...extra, userAgent: navigator.userAgent } });
  }

  function onExpired() {
    say(`${plan.vendor}: the time for this answer is over. Solve it again.`, true);
    tell("expired", { code: "expired" });
  }

  /** @param said what the vendor calls it: a code, or a sentence that begins with one */
  function onError(said) {
    const detail = said === undefined || said === null ? "" : String(said);
    const known = Object.entries(plan.errors).find(([code]) => detail.startsWith(code));
    const code = known === undefined ? "other" : known[1];
    if (code === "expired") return onExpired();
    stopWaiting();
    say(`${plan.vendor} reports a problem${detail === "" ? "" : `: ${detail.slice(0, 200)}`}.`, true);
    tell("error", { code, detail: detail.slice(0, 200) });
  }

  /** Follows a path such as `error.code`; an empty one is the value itself. */
  function at(value, path) {
    return path === "" ? value : path.split(".").reduce((part, name) => part?.[name], value);
  }

  /** What the vendor's script has put onto the window. */
  function brought(path) {
    const found = at(window, path);
    if (found === undefined) throw new Error("its script brings no widget");
    return found;
  }

  /** Hands over all fields of an answer that has several. */
  function texts(parts) {
    return Object.fromEntries(Object.entries(parts).filter(([, value]) => typeof value === "string"));
  }

  /** A person starts what shows nothing of its own, as the button of the site's own form would. */
  function offerStart(start) {
    const button = document.createElement("button");
    button.className = "start";
    button.textContent = `Start ${plan.vendor}`;
    button.addEventListener("click", () => {
      button.disabled = true;
      say("Asking…");
      Promise.resolve()
        .then(start)
        .catch((error) => onError(error?.message ?? error))
        .finally(() => {
          button.disabled = false;
        });
    });
    place.append(button);
    button.focus();
  }

  const styles = {
    render() {
      const api = brought(render.api);
      const box = document.createElement("div");
      place.append(box);
      let widget;
      const finish = (token) => {
        const extra = {};
        for (const [name, call] of Object.entries(render.extra ?? {})) extra[name] = api[call](widget);
        onToken(token, texts(extra));
      };
      widget = api.render(box, {
        ...render.options,
        callback: finish,
        "error-callback": (said) => {
          onError(said);
          // To the vendors that ask, it means that the error was dealt with.
          return true;
        },
        "expired-callback": onExpired,
        "chalexpired-callback": onExpired,
        "timeout-callback": onExpired,
      });
      if (render.data) api.setData(widget, render.data);
      if (render.invisible) offerStart(() => api.execute(widget));
      ready();
    },

    execute() {
      const api = brought(render.api);
      offerStart(async () => onToken(await api.execute(render.key, render.options)));
      ready();
    },

    init() {
      brought(render.function)(render.options, (captcha) => {
        captcha.onSuccess(() => {
          const parts = captcha.getValidate();
          onToken(parts.pass_token, texts(parts));
        });
        captcha.onError((error) => onError(`${error?.code ?? ""} ${error?.msg ?? ""}`.trim()));
        captcha.appendTo(place);
        ready();
      });
    },

    element() {
      // It is there already: the vendor's script looks for it as soon as it runs. What it draws there has a height.
      const drawn = new ResizeObserver(() => {
        if (place.offsetHeight === 0) return;
        drawn.disconnect();
        ready();
      });
      drawn.observe(place);
    },
  };

  function prepare() {
    const { config, tag, attributes, events, token, error } = render;
    window.glyphdeskToken = (value) => onToken(at(value, token));
    window.glyphdeskError = (value) => onError(at(value, error));
    window.glyphdeskExpired = onExpired;
    if (config) window[config.name] = config.value;
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    for (const [event, meaning] of Object.entries(events ?? {})) {
      element.addEventListener(event, (value) => {
        if (meaning === "token") onToken(at(value, token));
        else if (meaning === "error") onError(at(value, error));
        else onExpired();
      });
    }
    place.append(element);
  }

  function show() {
    try {
      styles[render.style]();
    } catch (error) {
      onError(error?.message ?? error);
    }
  }

  const slow = setTimeout(() => say(`Waiting for ${plan.vendor}…`), SLOW_MS);
  const silent = setTimeout(() => onError("its script does not answer"), SILENT_MS);
  if (render.style === "element") prepare();
  const script = document.createElement("script");
  const named = new URL(plan.script).searchParams.get("onload");
  if (named === null) script.addEventListener("load", show);
  else window[named] = show;
  script.addEventListener("error", () => onError("its script could not be loaded"));
  if (plan.module) script.type = "module";
  script.src = plan.script;
  document.head.append(script);

  // Keys in here do not reach the page around, and those in frames of the vendor's own not even this one. First of all
  // listeners, so that no script can keep the key for itself: what a vendor uses it for comes first, the second leaves.
  let used = false;
  let undecided = false;
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      // The next one may come before it is known what the vendor did with this one.
      const again = used || undecided;
      undecided = true;
      setTimeout(() => {
        undecided = false;
        used = event.defaultPrevented && !again;
        if (!used) tell("leave");
      });
    },
    { capture: true },
  );

  new ResizeObserver(() => tell("size", { height: document.documentElement.scrollHeight })).observe(
    document.body,
  );
})();
