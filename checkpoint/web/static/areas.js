// Search fields for areas: typed without diacritics, chosen with finger or arrow keys.
"use strict";

const areaFields = (() => {
  let asked = 0;

  const listOf = (field) => field.querySelector(".area-list");
  const inputOf = (field) => field.querySelector("input[role=combobox]");

  const close = (field) => {
    listOf(field).hidden = true;
    inputOf(field).setAttribute("aria-expanded", "false");
  };

  const choose = (field, area) => {
    inputOf(field).value = area ? area.path : "";
    const hidden = field.querySelector("input[type=hidden]");
    if (hidden) hidden.value = area ? area.code : "";
    close(field);
    field.dispatchEvent(new CustomEvent("area", { bubbles: true, detail: area ? area.code : null }));
  };

  const fill = (field, areas, typed) => {
    const list = listOf(field);
    list.answers = typed;
    list.replaceChildren(...areas.map((area, number) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(number === 0));
      item.textContent = area.name;
      const rest = document.createElement("small");
      rest.textContent = `${area.path.slice(area.name.length + 2)} · ${area.code}`;
      item.append(rest);
      item.area = area;
      return item;
    }));
    list.hidden = !areas.length;
    inputOf(field).setAttribute("aria-expanded", String(!!areas.length));
    if (list.isAwaited && areas.length) choose(field, areas[0]);
    list.isAwaited = false;
  };

  const search = async (field) => {
    const number = ++asked;
    const typed = inputOf(field).value.trim();
    if (typed.length < 2) return typed ? close(field) : choose(field, null);
    await new Promise((goOn) => { setTimeout(goOn, 60); });  // a scanner's code is not asked for letter by letter
    if (number !== asked) return;
    const wards = field.dataset.wards || "0";
    const answer = await fetch(`/areas?wards=${wards}&q=${encodeURIComponent(typed)}`);
    if (number === asked && answer.ok) fill(field, await answer.json(), typed);
  };

  const move = (field, step) => {
    const items = [...listOf(field).children];
    if (!items.length) return;
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const to = (at + step + items.length) % items.length;
    items.forEach((item, number) => item.setAttribute("aria-selected", String(number === to)));
    items[to].scrollIntoView({ block: "nearest" });
  };

  addEventListener("input", (event) => {
    const field = event.target.closest("[data-area]");
    if (field && event.target.matches("[role=combobox]")) search(field);
  });
  addEventListener("keydown", (event) => {
    const field = event.target.closest?.("[data-area]");
    if (!field || listOf(field).hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      move(field, event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Enter") {
      const list = listOf(field);
      // What was typed last is not answered yet: its answer is chosen when it comes. To a scanner's code there is none.
      list.isAwaited = list.answers !== inputOf(field).value.trim();
      if (list.isAwaited) return;
      choose(field, list.querySelector("[aria-selected=true]").area);
      event.preventDefault();
    } else if (event.key === "Escape") {
      close(field);
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);
  addEventListener("pointerdown", (event) => {
    const item = event.target.closest(".area-list li");
    if (item) {
      event.preventDefault();
      choose(item.closest("[data-area]"), item.area);
    }
  });
  addEventListener("focusout", (event) => {
    const field = event.target.closest("[data-area]");
    if (field) setTimeout(() => close(field), 150);
  });
})();
