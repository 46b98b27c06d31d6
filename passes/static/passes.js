// Progressive enhancement only: every page works without this file.
(() => {
  "use strict";

  // The error summary takes the focus, so that a screen reader starts with it.
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // One account menu open at a time; a click elsewhere or Escape closes it.
  const account = document.querySelector("details.account");
  if (account) {
    document.addEventListener("click", (event) => {
      if (!account.contains(event.target)) account.open = false;
    });
    account.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        account.open = false;
        account.querySelector("summary").focus();
      }
    });
  }

  // On narrow screens the navigation scrolls sideways: start at the page we are on.
  const here = document.querySelector(".site-nav [aria-current]");
  if (here) {
    const row = here.closest("ul");
    row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }

  // ---------- administrative areas: a list to choose from ----------

  const WAIT_MS = 180;

  function enhanceArea(box) {
    const input = box.querySelector("input");
    if (!input || input.dataset.enhanced) return;
    input.dataset.enhanced = "yes";

    // The visible input shows words; a hidden one posts the code under the field's name.
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = input.name;
    hidden.value = input.value;
    input.removeAttribute("name");
    input.after(hidden);
    const shown = box.querySelector(".area-shown");
    if (box.dataset.areaShown) input.value = box.dataset.areaShown;
    if (shown) shown.hidden = true;

    const list = document.createElement("ul");
    list.className = "area-options";
    list.id = `${input.id}-options`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.querySelector("label").textContent.trim());
    list.hidden = true;
    input.after(list);
    const status = document.createElement("p");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    box.append(status);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    })) input.setAttribute(name, value);

    let options = [];
    let active = -1;
    let timer = 0;
    let asked = 0;

    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (index) => {
      active = index;
      [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
      if (index >= 0) {
        input.setAttribute("aria-activedescendant", list.children[index].id);
        list.children[index].scrollIntoView({ block: "nearest" });
      }
    };
    const choose = (option) => {
      input.value = option.label;
      hidden.value = option.code;
      close();
    };
    const show = (found) => {
      options = found;
      list.replaceChildren(...found.map((option, at) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const words = document.createElement("span");
        words.textContent = option.label;
        const code = document.createElement("span");
        code.className = "area-code";
        code.textContent = option.code;
        item.append(words, code);
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(option);
        });
        return item;
      }));
      active = -1;
      input.removeAttribute("aria-activedescendant");
      if (!found.length) {
        const item = document.createElement("li");
        item.className = "area-none";
        item.textContent = box.dataset.areaNone;
        list.append(item);
      }
      status.textContent = found.length ? `${box.dataset.areaCount} ${found.length}` : box.dataset.areaNone;
      list.hidden = false;
      list.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-expanded", "true");
    };
    const search = async () => {
      const mine = ++asked;
      const query = new URLSearchParams({ q: input.value.trim() });
      if (box.dataset.areaLevel) query.set("level", box.dataset.areaLevel);
      let found;
      try {
        const answer = await fetch(`${box.dataset.areaSearch}?${query}`, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        found = await answer.json();
      } catch {
        return; // without network the typed text is posted, and the server searches
      }
      if (mine === asked && document.activeElement === input) show(found);
    };

    input.addEventListener("input", () => {
      hidden.value = input.value;
      clearTimeout(timer);
      if (input.value.trim().length < 2) close();
      else timer = setTimeout(search, WAIT_MS);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden || !options.length) return;
      if (event.key === "ArrowDown") mark((active + 1) % options.length);
      else if (event.key === "ArrowUp") mark((active + options.length - 1) % options.length);
      else if (event.key === "Enter" && active >= 0) choose(options[active]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", close);
  }

  // ---------- rows that repeat: crew, stops ----------

  const NUMBERED = ["id", "name", "for", "value", "aria-describedby", "aria-controls"];

  function renumber(row, prefix, number) {
    const pattern = new RegExp(`^${prefix}-\\d+`);
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of NUMBERED) {
        const value = element.getAttribute(attribute);
        if (value === null) continue;
        if (attribute === "value" && element.name !== "remove_row") continue;
        element.setAttribute(attribute, value.split(" ").map((word) => word.replace(pattern, `${prefix}-${number}`)).join(" "));
      }
    }
    row.dataset.row = number;
  }

  function clearRow(row) {
    row.querySelectorAll(".field-error, .area-options, .area-shown, .area-candidates, .area-candidates, .area-field > [role=status]").forEach((part) => part.remove());
    row.querySelectorAll(".has-error").forEach((part) => part.classList.remove("has-error"));
    for (const control of row.querySelectorAll("input, select, textarea")) {
      control.classList.remove("is-invalid");
      control.removeAttribute("aria-invalid");
      if (control.type === "checkbox" || control.type === "radio") control.checked = false;
      else if (control.tagName === "SELECT") control.selectedIndex = 0;
      else control.value = "";
    }
    for (const box of row.querySelectorAll(".area-field")) {
      box.dataset.areaShown = "";
      const [visible, hidden] = box.querySelectorAll("input");
      if (hidden) {
        visible.name = hidden.name;
        hidden.remove();
      }
      delete visible.dataset.enhanced;
      for (const name of ["role", "aria-autocomplete", "aria-expanded", "aria-controls", "aria-activedescendant"]) {
        visible.removeAttribute(name);
      }
    }
  }

  function enhanceRepeating(group) {
    const rows = group.querySelector(".repeating-rows");
    const prefix = group.dataset.repeating;
    const minimum = Number(group.dataset.minRows);
    const maximum = Number(group.dataset.maxRows);
    const add = group.querySelector("[data-add-row]");
    const settle = () => {
      const count = rows.children.length;
      add.hidden = count >= maximum;
      rows.querySelectorAll("[data-remove-row]").forEach((button) => { button.hidden = count <= minimum; });
      const legend = group.querySelector("legend").textContent.trim();
      [...rows.children].forEach((row, at) => row.setAttribute("aria-label", `${legend} ${at + 1}`));
    };
    add.addEventListener("click", (event) => {
      const last = rows.lastElementChild;
      if (!last) return; // no row to copy: the server adds the first
      event.preventDefault();
      const numbers = [...rows.children].map((row) => Number(row.dataset.row));
      const row = last.cloneNode(true);
      clearRow(row);
      renumber(row, prefix, Math.max(...numbers) + 1);
      rows.append(row);
      row.querySelectorAll("[data-area-search]").forEach(enhanceArea);
      settle();
      const first = row.querySelector("input:not([type=hidden]), select, textarea");
      if (first) first.focus();
    });
    rows.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove-row]");
      if (!button || rows.children.length <= 1) return;
      event.preventDefault();
      button.closest(".repeating-row").remove();
      settle();
      group.focus();
    });
    settle();
  }

  // ---------- lists: choosing rows ----------

  function enhanceSelection(table) {
    const form = table.closest("form");
    const bar = form && form.querySelector("[data-bulk-bar]");
    const boxes = [...table.querySelectorAll("td.select-cell input")];
    const all = table.querySelector("[data-select-all]");
    const settle = () => {
      const count = boxes.filter((box) => box.checked).length;
      if (bar) {
        bar.hidden = count === 0;
        bar.querySelector("[data-bulk-count]").textContent = `: ${count}`;
      }
      if (all) {
        all.checked = count > 0 && count === boxes.length;
        all.indeterminate = count > 0 && count < boxes.length;
      }
    };
    if (all) {
      all.hidden = boxes.length === 0;
      all.addEventListener("change", () => {
        boxes.forEach((box) => { box.checked = all.checked; });
        settle();
      });
    }
    boxes.forEach((box) => box.addEventListener("change", settle));
    settle();
  }

  document.querySelectorAll("[data-area-search]").forEach(enhanceArea);
  document.querySelectorAll("[data-repeating]").forEach(enhanceRepeating);
  document.querySelectorAll("[data-select]").forEach(enhanceSelection);

  // ---------- keyboard shortcuts: single letters, off until the reader turns them on ----------

  const hints = document.querySelector("[data-shortcuts]");
  if (hints) {
    const box = hints.querySelector("input");
    const remembered = (value) => {
      try {
        if (value === undefined) return localStorage.getItem("shortcuts") === "on";
        localStorage.setItem("shortcuts", value ? "on" : "off");
      } catch { /* no storage: they are off on the next page */ }
      return Boolean(value);
    };
    hints.hidden = false;
    box.checked = remembered();
    box.addEventListener("change", () => remembered(box.checked));
    document.addEventListener("keydown", (event) => {
      if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
      const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (!target) return;
      event.preventDefault();
      target.click();
    });
  }

  // ---------- a file that somebody reads stays theirs while its page is open and seen ----------

  const keep = document.querySelector("[data-keep]");
  if (keep) {
    const KEEP_MS = 4 * 60 * 1000;
    setInterval(async () => {
      if (document.hidden) return;
      const body = new URLSearchParams({ csrf_token: keep.dataset.token });
      const answer = await fetch(keep.dataset.keep, { method: "POST", body }).catch(() => null);
      if (answer && answer.status === 409) {
        keep.className = "notice notice-warn";
        keep.setAttribute("role", "alert");
        keep.textContent = keep.dataset.lost;
        keep.hidden = false;
      }
    }, KEEP_MS);
  }
})();
