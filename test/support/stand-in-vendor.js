/**
 * A vendor's script as the widget tests serve it in the browser under every vendor's own address. It has the functions
 * and elements that the vendors document, draws a box with one button for a person to press, and behaves as its site
 * key says. What it was told is kept in `window.told`.
 */
(() => {
  const script = document.currentScript?.src ?? "";
  window.told ??= [];

  /** A vendor that keeps every key for itself, here and in a frame of its own. */
  function trap() {
    const frame = document.createElement("iframe");
    frame.src = new URL("/trap.html", script).href;
    document.body.append(frame);
    addEventListener("keydown", swallow, true);
  }
  const swallow = (event) => {
    if (event.key === "Enter") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  /** Key → what pressing the button brings. */
  const deeds = {
    "good-key": (on) => on.token(`token-${window.told.length}`),
    "expiring-key": (on) => {
      on.token("token-short");
      on.expired();
    },
    "wrong-key": (on) => on.error("key"),
    "wrong-domain": (on) => on.error("domain"),
    "broken-key": (on) => on.error("other"),
    "trap-key": trap,
  };
  const deedOf = (key) => deeds[key] ?? ((on) => on.token(`token for ${key}`));

  function draw(place, key, on) {
    const style = document.createElement("style");
    style.textContent = ".stand-in { background: rgb(1, 2, 3) }";
    const button = document.createElement("button");
    button.className = "stand-in";
    button.textContent = "I am a person";
    button.addEventListener("click", () => deedOf(key)(on));
    place.append(style, button);
    return () => button.click();
  }

  /** The family of reCAPTCHA. `codes`: what this vendor calls a wrong key and a host that is not allowed. */
  function family(codes) {
    const widgets = [];
    return {
      render(place, options) {
        if (options.sitekey === "thrown-key") throw new Error("Invalid site key: thrown-key");
        window.told.push(options);
        const on = {
          token: options.callback,
          expired: options["expired-callback"],
          error: (kind) => options["error-callback"](codes[kind]),
        };
        const press =
          options.size === "invisible" ? () => deedOf(options.sitekey)(on) : draw(place, options.sitekey, on);
        return widgets.push(press) - 1;
      },
      execute(widget, options) {
        if (typeof widget === "number") return widgets[widget]();
        window.told.push({ key: widget, ...options });
        if (widget === "wrong-key") throw new Error("Invalid site key or not loaded in api.js: wrong-key");
        return Promise.resolve(`score-token-${options.action}`);
      },
      setData: (_widget, data) => window.told.push(data),
      getRespKey: (widget) => `response-key-${widget}`,
    };
  }

  const google = { key: undefined, domain: undefined, other: undefined };
  window.grecaptcha = { ...family(google), enterprise: family(google) };
  window.turnstile = family({ key: "110110", domain: "110200", other: "600010" });
  window.hcaptcha = family({ key: "invalid-data", domain: "invalid-data", other: "network-error" });

  window.initGeetest4 = (options, ready) => {
    window.told.push(options);
    const on = {};
    const captcha = {
      onSuccess: (call) => {
        on.token = call;
        return captcha;
      },
      onError: (call) => {
        on.error = (kind) => call({ code: kind === "key" ? "60001" : "60500", msg: "said by the vendor" });
        return captcha;
      },
      appendTo: (place) => draw(place, options.captchaId, on),
      getValidate: () => ({
        captcha_id: options.captchaId,
        lot_number: "lot",
        pass_token: "pass",
        gen_time: "1763000000",
        captcha_output: "output",
      }),
    };
    ready(captcha);
  };

  const { mtcaptchaConfig } = window;
  if (mtcaptchaConfig) {
    window.told.push(mtcaptchaConfig);
    draw(document.querySelector(".mtcaptcha"), mtcaptchaConfig.sitekey, {
      token: (token) => window[mtcaptchaConfig["verified-callback"]]({ verifiedToken: token }),
      expired: () => window[mtcaptchaConfig["verifyexpired-callback"]]({}),
      error: (kind) => window[mtcaptchaConfig["error-callback"]]({ statusCode: kind }),
    });
  }

  const procaptcha = document.querySelector(".procaptcha");
  if (procaptcha) {
    const { dataset } = procaptcha;
    draw(procaptcha, dataset.sitekey, {
      token: (token) => window[dataset.callback](token),
      expired: () => window[dataset.expiredCallback](),
      error: (kind) => window[dataset.errorCallback](new Error(kind)),
    });
  }

  const friendly = document.querySelector(".frc-captcha");
  if (friendly) {
    const { callback, sitekey } = friendly.dataset;
    const send = (name, detail) => friendly.dispatchEvent(new CustomEvent(name, { detail }));
    const codes = { key: "sitekey_invalid", domain: "other", other: "network_error" };
    // The first generation calls a function by its name and tells nobody of errors; the second sends events.
    const first = {
      token: (response) => window[callback](response),
      expired: () => friendly.append("Verification expired"),
      error: () => friendly.append("Verification failed"),
    };
    const second = {
      token: (response) => send("frc:widget.complete", { response }),
      expired: () => send("frc:widget.expire", {}),
      error: (kind) => send("frc:widget.error", { error: { code: codes[kind] } }),
    };
    draw(friendly, sitekey, callback ? first : second);
  }

  const onload = script && new URL(script).searchParams.get("onload");
  if (onload) window[onload]();
})();
