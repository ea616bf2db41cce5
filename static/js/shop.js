// The little that links, forms and htmx do not do by themselves. Without it everything still works.
"use strict";

// An address says only what was asked for.
document.addEventListener("formdata", (event) => {
  if (event.target.method === "get") dropEmpty(event.formData);
});
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") dropEmpty(event.detail.formData);
});
function dropEmpty(data) {
  for (const [name, value] of [...data]) if (value === "") data.delete(name);
}

// What somebody folded open stays open when the counts beside it change.
let unfolded = new Set();
document.addEventListener("htmx:beforeSwap", () => {
  unfolded = new Set([...document.querySelectorAll("#facets details[open]")].map((one) => one.dataset.name));
});
document.addEventListener("htmx:afterSettle", () => {
  for (const one of document.querySelectorAll("#facets details")) if (unfolded.has(one.dataset.name)) one.open = true;
});

// The menu is a <details>: it opens and closes by itself, here also when somebody turns to something else.
const menu = document.getElementById("menu");
if (menu) {
  const close = () => { menu.open = false; };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) close();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
  });
  window.addEventListener("pagehide", close);
}

// A search field that suggests: a combobox as the ARIA Authoring Practices describe it.
const field = document.getElementById("search");
const list = document.getElementById("suggestions");
if (field && list) {
  let active = -1;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const show = (isOpen) => {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) mark(-1);
  };
  const mark = (index) => {
    active = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = options()[index];
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  };
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": "suggestions", "aria-expanded": "false",
  })) field.setAttribute(name, value);

  list.addEventListener("htmx:afterSwap", () => {
    mark(-1);
    show(document.activeElement === field && options().length > 0);
  });
  field.addEventListener("keydown", (event) => {
    const found = options();
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      event.preventDefault();
      show(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(active === -1 && step === -1 ? found.length - 1 : (active + step + found.length) % found.length);
    } else if (event.key === "Enter" && active >= 0 && !list.hidden) {
      event.preventDefault();
      found[active].click();
    }
  });
  field.addEventListener("focus", () => show(field.value.trim().length > 1 && options().length > 0));
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".site-search")) show(false);
  });
  field.addEventListener("blur", () => setTimeout(() => show(document.activeElement?.closest("#suggestions") != null), 150));
}

// A picture of the gallery, large, without leaving the page.
const viewer = document.getElementById("viewer");
if (viewer) {
  const large = viewer.querySelector("img");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-large]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      large.src = link.href;
      large.alt = link.querySelector("img")?.alt ?? "";
      viewer.showModal();
    } else if (event.target === viewer || event.target === large) viewer.close();
  });
}

// Who was too quick reads so, in place of the page: htmx by itself shows no refusal.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status !== 429 || detail.requestConfig.verb === "get") return;
  Object.assign(detail, { shouldSwap: true, isError: false, target: document.getElementById("content"), selectOverride: "main > section", swapOverride: "innerHTML show:window:top" });
});

// How strong a new password is, while it is typed; users/passwords.py counts alike.
for (const meter of document.querySelectorAll("[data-strength-of]")) {
  const rows = ["abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"];
  const kinds = [[/\p{Lu}/u, 26], [/\p{Ll}/u, 26], [/\d/, 10], [/[^\p{L}\d]/u, 33]];
  const words = meter.dataset.words.split("|");
  const input = document.getElementById(meter.dataset.strengthOf);
  const score = (typed) => {
    const characters = [...typed.toLowerCase()];
    const fresh = characters.filter((one, at) => {
      const pair = characters[at - 1] + one;
      return !at || (characters[at - 1] !== one && !rows.some((row) => row.includes(pair) || row.includes([...pair].reverse().join(""))));
    }).length;
    const there = kinds.filter(([pattern]) => pattern.test(typed));
    const bits = fresh * Math.log2(there.reduce((sum, [, size]) => sum + size, 0) || 1);
    const found = [30, 45, 65, 90].filter((least) => bits >= least).length;
    return there.length < kinds.length || characters.length < 12 ? Math.min(found, 2) : found;
  };
  input.addEventListener("input", () => {
    meter.hidden = !input.value;
    meter.dataset.score = score(input.value);
    const word = meter.querySelector("b");
    if (word.textContent !== words[meter.dataset.score]) word.textContent = words[meter.dataset.score];
  });
}

// An order that changes shows it by itself: the shop tells, and where it does not, is asked now and then.
const shown = () => document.getElementById("live");
if (shown()?.dataset.events) {
  const compare = (state) => {
    if (state.version !== shown().dataset.version) htmx.trigger(shown(), "look");
  };
  const ask = async () => {
    const answer = await fetch(shown().dataset.state).catch(() => null);
    if (answer?.ok) compare(await answer.json());
    if (!shown().dataset.events) clearInterval(asking);
  };
  const told = new EventSource(shown().dataset.events);
  let asking = 0;
  told.onmessage = (event) => compare(JSON.parse(event.data));
  told.addEventListener("end", () => told.close());
  told.onopen = () => (asking = clearInterval(asking));
  told.onerror = () => (asking ||= setInterval(ask, 15000)); // also while it tries again
  window.addEventListener("pagehide", () => told.close());
}
