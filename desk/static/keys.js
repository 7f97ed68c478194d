// Letters as keys on the desk (shown by ?). Never while somebody types, and not at all where the agent switched them off.

const desk = document.querySelector("main.desk");
const find = (selector) => document.querySelector(selector);
const entries = () => [...document.querySelectorAll(".queue a.entry")].filter((entry) => entry.checkVisibility());
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], audio, dialog";
const LISTS = ["all", "queue", "mine", "others", "closed"];

function move(by) {
  const found = entries(), from = found.indexOf(document.activeElement.closest?.("a.entry"));
  const here = from < 0 ? found.findIndex((entry) => entry.ariaCurrent === "page") : from;
  const to = here < 0 ? (by > 0 ? 0 : found.length - 1) : here + by;
  found[to]?.focus();
}

function help() {
  const dialog = find("#keys");
  if (!dialog.open) dialog.showModal();
}

const press = (selector) => find(selector)?.click();

const keys = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press("#accept:enabled"),
  r: () => find("#reply:enabled")?.focus(),
  n: () => entries().find((entry) => entry.classList.contains("unread"))?.click(),
  "/": () => find("#find")?.focus(),
  "?": help,
};
LISTS.forEach((list, n) => { keys[n + 1] = () => press(`#list-${list}`); });

document.addEventListener("keydown", (event) => {
  if (!desk || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(TYPING)) return;
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (arrow && event.target.closest("a.entry")) {
    event.preventDefault();
    return move(arrow);
  }
  if (desk.dataset.keys !== "1" || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});

document.addEventListener("click", ({ target }) => { if (target.closest("[data-show-keys]")) help(); });
