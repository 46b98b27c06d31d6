// The form for a vehicle without paper.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const sheet = document.querySelector("#no-paper");
  const form = document.querySelector("#no-paper-form");
  const people = document.querySelector("#people");
  const failure = form.querySelector(".form-error");
  const head = form.querySelector(".sheet-head"), kinds = form.querySelector(".kinds");
  let waiting = 0;

  const parts = (someone) => Object.fromEntries([...someone.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  const isEmpty = (someone) => ["name", "id_number", "phone", "lodging"].every((part) => !parts(someone)[part].value);

  const number = () => [...people.children].forEach((someone, at) => {
    someone.querySelector("[data-number]").textContent = at + 1;
  });

  const add = (card) => {
    const empty = [...people.children].find(isEmpty);
    const someone = (card && empty) || document.querySelector("#person").content.firstElementChild.cloneNode(true);
    if (!someone.isConnected) people.append(someone);
    if (card) {
      parts(someone).name.value = card.name;
      parts(someone).id_number.value = card.id_number;
    }
    if (people.children.length > 1 && !card) parts(someone).role.value = "assistant";
    number();
    return someone;
  };

  // What is wrong stands at the field that it is about: on a telephone the top of the sheet is out of sight.
  const say = (text, field) => {
    for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    const [, at, part] = /^people-(\d+)-(\w+)$/.exec(field) || [];
    const input = !text ? null : part ? parts(people.children[Number(at)])[part] : form.elements[field];
    const above = input?.closest?.(".someone")?.querySelector("legend") || (input ? kinds : head);
    above.after(failure);
    failure.textContent = text || "";
    failure.hidden = !text;
    input?.setAttribute("aria-invalid", "true");
    input?.focus();
    if (text) failure.scrollIntoView({ block: "nearest" });
  };

  let isAsking = false;
  const takeCard = async () => {
    if (isAsking) return;
    isAsking = true;
    const card = await station.post("/citizen-card/last").finally(() => { isAsking = false; });
    if (card) add(card);
  };

  sheet.addEventListener("opened", () => {
    form.reset();
    people.replaceChildren();
    say("");
    add();
    takeCard();
    waiting = setInterval(takeCard, 1500);
    form.elements.plate.focus();
  });
  sheet.addEventListener("close", () => clearInterval(waiting));
  document.querySelector("#add-person").addEventListener("click", () => add().querySelector("input").focus());
  people.addEventListener("click", (event) => {
    if (!event.target.matches("[data-remove]")) return;
    event.target.closest(".someone").remove();
    number();
  });

  const readCard = async () => {
    const field = form.elements.card;
    if (field.value.split("|").length < 7) return;
    const text = field.value;
    field.value = "";
    try {
      add(await station.post("/citizen-card", { text }));
      say("");
    } catch (error) {
      say(error.message, error.field);
    }
  };
  form.elements.card.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    readCard();
  });
  form.elements.card.addEventListener("paste", () => setTimeout(readCard));
  form.elements.card.addEventListener("change", readCard);

  // Enter in a field must not choose an action for the officer.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = {
      plate: form.elements.plate.value,
      is_special_plate: form.elements.is_special_plate.checked,
      action: event.submitter.value,
      is_unreadable: form.elements.kind.value === "typed",
      people: [...people.children].map((someone) => {
        const entry = Object.fromEntries(Object.entries(parts(someone)).map(([name, part]) => [name, part.value.trim()]));
        return isEmpty(someone) ? {} : entry;
      }),
    };
    try {
      await station.post("/no-paper", body);
      sheet.close();
      station.refresh();
    } catch (error) {
      if (["chief_needed", "reason_needed"].includes(error.code)) station.askChief("/no-paper", body, error.message);
      else say(error.message, error.field);
    }
  });
});
