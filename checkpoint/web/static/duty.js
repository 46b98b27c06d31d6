// Who is on duty, and what only the post chief may do.
"use strict";

(() => {
  const officer = document.querySelector("#officer");
  const chief = document.querySelector("#chief");
  const waiting = document.querySelector("#waiting");
  let asked = null;

  const entries = (form) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));

  const say = (form, error) => {
    const failure = form.querySelector(".form-error");
    for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    failure.textContent = error ? error.message : "";
    failure.hidden = !error;
    const input = error?.field && form.elements[error.field];
    if (!input) return;
    input.setAttribute("aria-invalid", "true");
    if (input.type === "password") input.value = "";
    input.focus();
  };

  // ---------- the sheet of who is on duty ----------

  officer.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      await station.post(event.submitter?.getAttribute("formaction") || form.dataset.form, entries(form));
      officer.close();
      station.refreshBar();
    } catch (error) {
      say(form, error);
    }
  });

  officer.addEventListener("click", async (event) => {
    const { digit, send } = event.target.dataset;
    if (digit !== undefined) {
      const pin = event.target.closest("form").elements.pin;
      pin.value = digit ? pin.value + digit : pin.value.slice(0, -1);
    } else if (send) {
      await station.post(send);
      officer.close();
      station.refreshBar();
    } else if (event.target.matches("[data-hand-over]")) {
      const button = event.target;
      button.disabled = true; // until the report is there: a second tap would end the next shift as well
      try {
        location.assign((await station.post("/shift/hand-over")).report);
      } catch (error) {
        button.disabled = false;
        throw error;
      }
    }
  });

  officer.addEventListener("opened", () => officer.querySelector("input[name=pin], input[name=name]")?.focus());

  // ---------- what a chief must confirm ----------

  addEventListener("chief", async (event) => {
    asked = event.detail;
    const form = chief.querySelector("form");
    if (!chief.open) {
      form.reset();
      await station.open("chief");
    }
    say(form, null);
    form.elements.reason.focus();
  });

  chief.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      await station.post(asked.url, { ...asked.body, ...entries(form) });
    } catch (error) {
      return say(form, error);
    }
    chief.close();
    for (const sheet of [waiting, document.querySelector("#no-paper")]) if (sheet.open && sheet !== waiting) sheet.close();
    if (waiting.open) station.load(waiting);
    station.refresh();
    station.refreshBar();
  });
})();
