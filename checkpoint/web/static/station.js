// The officer's page: listens for news, fetches what to show, sends what the officer does.
"use strict";

const station = (() => {
  const token = document.querySelector("meta[name=station-token]").content;
  const find = (selector, within = document) => within.querySelector(selector);
  const stage = find("#stage");
  const toast = find("#toast");
  let shownEvent = null;
  let shownBefore = null;
  let shownSince = 0;
  let toastTimer = 0;

  const complain = (text) => {
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { toast.hidden = true; }, 6000);
  };

  const underWay = new Map();

  // Returns the answer; throws the station's own sentence when it says no. What is under way is not sent a second time:
  // a glove taps twice, and two vehicles, two wrong PINs, two shifts would stand in the book.
  const post = (url, body = {}) => {
    const said = JSON.stringify(body), key = `${url} ${said}`;
    if (!underWay.has(key)) underWay.set(key, sendOff(url, said).finally(() => underWay.delete(key)));
    return underWay.get(key);
  };

  const sendOff = async (url, body) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Station-Token": token },
      body,
    });
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.message), said);
    return said;
  };

  // Returns whether it was done. What only a chief may do is asked of the chief (duty.js).
  const send = async (url, body) => {
    let isDone = true;
    try {
      await post(url, body);
    } catch (error) {
      isDone = false;
      if (["chief_needed", "reason_needed"].includes(error.code)) askChief(url, body, error.message);
      else complain(error.message);
    }
    await refresh();
    return isDone;
  };

  const askChief = (url, body, message) => {
    dispatchEvent(new CustomEvent("chief", { detail: { url, body, message } }));
  };

  // ---------- what is shown ----------

  const isTyping = () => document.activeElement?.matches("#stage input[role=combobox]") && document.activeElement.value;

  const refresh = async () => {
    const answer = await fetch("/stage");
    if (!answer.ok) return;
    const html = await answer.text();
    const was = shownEvent;
    const next = document.createElement("div");
    next.innerHTML = html;
    const state = find("[data-stage]", next);
    if (state.dataset.event !== shownEvent) {
      shownBefore = shownEvent;
      shownSince = performance.now();
    }
    shownEvent = state.dataset.event;
    // The same verdict must not take away what is being typed into it.
    if (isTyping() && was === shownEvent && shownEvent) return;
    stage.replaceChildren(...next.childNodes);
    const outcome = state.dataset.outcome;
    document.body.dataset.outcome = outcome;
    for (const button of document.querySelectorAll(".actions [data-action]")) button.disabled = !shownEvent;
    document.body.toggleAttribute("data-chiefs", state.hasAttribute("data-chiefs"));
    if (shownEvent && shownEvent !== was) closeIfIdle();
    if (outcome && (shownEvent !== was || outcome === "PROBLEM")) {
      stage.scrollTop = 0;
      if (isOn("sound")) sounds.play(outcome);
    }
    countDown();
    if (shownEvent && shownEvent !== was && state.dataset.frameMs) measureFrame(shownEvent, Number(state.dataset.frameMs));
    performance.mark(`shown:${shownEvent || "live"}`);
  };

  // How long it took from the frame to what the officer sees: until after the next picture of the page is drawn.
  const measureFrame = (eventId, takenMs) => requestAnimationFrame(() => setTimeout(() => {
    const end = performance.now(), start = Math.min(end, Math.max(0, takenMs - performance.timeOrigin));
    performance.measure("frame-to-screen", { start, end, detail: eventId });
  }));

  const refreshBar = async () => {
    const answer = await fetch("/bar");
    if (!answer.ok) return;
    const bar = find("#bar");
    if (bar.contains(document.activeElement) && document.activeElement.matches(":focus-visible")) return;
    bar.innerHTML = await answer.text();
    showToggles();
    showBattery();
  };

  const countDown = () => {
    const button = find("[data-undo]");
    if (!button) return;
    const left = Number(button.dataset.seconds);
    find(".seconds", button).textContent = left;
    if (left <= 0) return button.remove();
    button.dataset.seconds = left - 1;
    setTimeout(() => { if (button.isConnected) countDown(); }, 1000);
  };

  // Nobody acts on what they have seen for a quarter of a second: then the verdict before was meant.
  const meantEvent = () => (shownBefore && performance.now() - shownSince < 250 ? shownBefore : shownEvent);

  const act = (eventId, action) => { if (eventId) send(`/events/${eventId}/action`, { action }); };

  // ---------- settings of this screen ----------

  const isOn = (name) => localStorage.getItem(name) !== "off" && (name !== "night" || localStorage.getItem(name) === "on");

  const showToggles = () => {
    document.documentElement.toggleAttribute("data-night", isOn("night"));
    for (const button of document.querySelectorAll("[data-toggle]")) {
      button.setAttribute("aria-pressed", String(isOn(button.dataset.toggle)));
    }
  };

  const toggle = (name) => {
    localStorage.setItem(name, isOn(name) ? "off" : "on");
    showToggles();
  };

  const showBattery = async () => {
    const battery = await navigator.getBattery?.();
    const fact = find("[data-battery]");
    if (!battery || !fact) return;
    fact.hidden = false;
    find("b", fact).textContent = `${Math.round(battery.level * 100)} %${battery.charging ? " ⚡" : ""}`;
    fact.classList.toggle("light-red", battery.level < 0.15 && !battery.charging);
  };

  // ---------- sheets ----------

  const load = async (sheet) => {
    find("[data-body]", sheet).innerHTML = await (await fetch(sheet.dataset.load)).text();
  };

  const open = async (name) => {
    const sheet = find(`#${name}`);
    if (sheet.open) return;
    if (sheet.dataset.load) await load(sheet);
    sheet.showModal();
    sheet.dispatchEvent(new CustomEvent("opened"));
  };

  // The sheet to sign in opens by itself, once a connection; a vehicle that comes meanwhile is more important.
  let openedByItself = null;
  let isSignInDue = true;

  const signInFirst = async () => {
    if (!isSignInDue || !find("[data-nobody]") || find("dialog[open]") || shownEvent) return;
    isSignInDue = false;
    await open("officer");
    openedByItself = find("#officer");
  };

  const closeIfIdle = () => {
    if (openedByItself?.open && !find("input[name=pin]", openedByItself)?.value) openedByItself.close();
    openedByItself = null;
  };

  addEventListener("click", (event) => {
    const target = event.target.closest("button, a");
    if (!target) return;
    const { action, open: name, toggle: setting, post: url, value, decide, choice } = target.dataset;
    if (action) act(meantEvent(), action);
    else if (name) open(name);
    else if (setting) toggle(setting);
    else if (decide) {
      const sheet = target.closest("dialog");
      send(decide, { action: choice }).then((isDone) => { if (isDone) load(sheet); });
    }
    else if (url) {
      target.closest("dialog")?.close();
      send(url, value ? { value: value === "true" } : {});
    } else if (target.matches("[data-close]")) target.closest("dialog").close();
  });

  stage.addEventListener("change", (event) => {
    if (!event.target.matches("[data-crew]")) return;
    const ticked = [...stage.querySelectorAll("[data-crew]:checked")].map((box) => Number(box.dataset.crew));
    send(`/events/${shownEvent}/crew`, { present: ticked });
  });

  stage.addEventListener("area", (event) => {
    const field = event.target;
    document.activeElement?.blur();
    const crew = field.dataset.crewIndex;
    send(field.dataset.url, crew === undefined ? { area: event.detail } : { area: event.detail, crew: Number(crew) });
  });

  // ---------- keys, and scanners that type ----------

  // A scanner types a whole code within a blink, and ends it with Enter. It presses the keys of an American keyboard;
  // what comes of them depends on Caps Lock, layout and input method, so that the keys themselves are kept too.
  const marks = {
    Minus: "-_", Equal: "=+", Semicolon: ";:", Quote: "'\"", Comma: ",<", Period: ".>", Slash: "/?", Space: "  ",
    BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Backquote: "`~",
  };
  const americanKey = ({ code, shiftKey }) => {
    const pair = code.startsWith("Key") ? code[3].toLowerCase() + code[3]
      : code.startsWith("Digit") ? code[5] + ")!@#$%^&*("[code[5]]
      : marks[code] || "";
    return pair[shiftKey ? 1 : 0] || "";
  };
  let burst = { text: "", keys: "", at: 0, before: "" };

  const isOurs = (typed) => [typed.text, typed.keys].some((one) => /^(VP1|CC1|AM1):/i.test(one));
  const mayBecomeOurs = (typed) => [typed.text, typed.keys].some((one) => /^([VCA]|VP1?|CC1?|AM1?)$/i.test(one));

  const addToBurst = (event) => {
    const now = performance.now();
    // Nobody types so fast, and nobody types the beginning of a pass: that may come slower, from a busy machine.
    if (now - burst.at > (isOurs(burst) || mayBecomeOurs(burst) ? 1000 : 120)) burst = { text: "", keys: "", at: now, before: event.target.value };
    burst.at = now;
    if (event.key.length === 1) burst.text += event.key;
    burst.keys += americanKey(event);
    return burst;
  };

  const lengthOf = (typed) => Math.max(typed.text.length, typed.keys.length);

  // Enter ends what a scanner types, and what a person types as well: a key pressed after it is a key.
  const takeScan = (event, isScan = () => true) => {
    if (event.key !== "Enter") return false;
    const typed = burst;
    burst = { text: "", keys: "", at: 0, before: "" };
    if (lengthOf(typed) < 12 || !isScan(typed)) return false;
    send("/scans", { text: typed.text || typed.keys, keys: typed.keys });
    return true;
  };

  const press = (selector) => find(selector)?.click();
  const keys = {
    1: (eventId) => act(eventId, "admitted"),
    2: (eventId) => act(eventId, "sent_aside"),
    3: (eventId) => act(eventId, "turned_back"),
    4: () => open("no-paper"),
    5: (eventId) => { if (eventId === shownEvent) press("[data-key='5']"); },
    6: (eventId) => { if (eventId === shownEvent) press("[data-key='6']"); },
    7: () => find("[data-key-focus='7']")?.focus(),
    8: () => open("waiting"),
    9: () => press("[data-key='9']"),
    0: () => press("[data-undo]"),
    n: () => toggle("night"),
    r: () => open("recent"),
    Escape: () => { if (document.body.dataset.outcome) send("/close"); },
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const mine = addToBurst(event);
    // A space in a code must not press the button that was pressed last.
    if (event.code === "Space" && lengthOf(mine) > 1) event.preventDefault();
    if (takeScan(event)) return event.preventDefault();
    const pressed = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!pressed) return;
    event.preventDefault();
    const eventId = meantEvent();
    // A digit may belong to a scanner's code: wait until it is clear that no scanner is typing.
    setTimeout(() => { if (lengthOf(mine) < 3) pressed(eventId); }, event.key.length === 1 ? 90 : 0);
  });

  // A pass that a scanner types into a field is a scan all the same, and the field keeps what it had.
  addEventListener("keydown", (event) => {
    if (!event.target.matches?.("input:not([type=checkbox]), textarea") || event.target.form?.matches("#no-paper form")) return;
    addToBurst(event);
    const field = event.target, before = burst.before;
    if (!takeScan(event, isOurs)) return;
    field.value = before;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // ---------- news ----------

  const listen = () => {
    const news = new EventSource("/events");
    news.addEventListener("changed", () => refresh().then(refreshBar).then(signInFirst));  // the verdict first
    news.onerror = () => {
      stage.replaceChildren(find("#lost").content.cloneNode(true));
      document.body.dataset.outcome = "PROBLEM";
      shownEvent = null;
    };
    news.onopen = () => { isSignInDue = true; refresh().then(signInFirst); startPicture(); };
  };

  const startPicture = () => {
    const live = find("#live");
    live.onload = () => { live.hidden = false; };
    live.src = `/live.mjpg?${Date.now()}`;
  };

  showToggles();
  showBattery();
  setInterval(refreshBar, 5000);
  if (document.readyState === "complete") listen();
  else addEventListener("load", listen);
  return { post, refresh, refreshBar, open, load, askChief };
})();
