// Canned replies: / in the reply opens a list that is filtered while the agent types; Enter puts one in, Escape closes.
// An editable combobox with a listbox: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

import { toSignIn } from "./desk.js";

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const panelNow = () => find("[data-canned-panel]");
const openPanel = () => find("[data-canned-panel]:not([hidden])");
const folded = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
let offered = []; // the options of the conversation that is shown
let asked = 0;
let loading = false, hurried = false; // Enter was pressed before the list was there

// ---- What is not filled in -----------------------------------------------------------------------------------------

// The server refuses to send these (desk/canned/variables.py); here they are only pointed out.
function gaps(text) {
  const names = panelNow()?.dataset.variables.split(" ") ?? [];
  return [...text.matchAll(/\{[^{}\n]{1,40}\}/g)].filter(([one]) => names.includes(one.slice(1, -1).trim().toLowerCase()));
}

function pointOut() {
  const reply = find("#reply"), place = find("#unfilled");
  if (!reply || !place) return;
  const names = [...new Set(gaps(reply.value).map(([one]) => one))].join(" ");
  const sentence = names && place.dataset.unfilled.replace("%", () => names);
  if (place.textContent !== sentence) place.textContent = sentence;
}

// ---- The list ------------------------------------------------------------------------------------------------------

async function load(panel) {
  const mine = ++asked;
  offered = [];
  loading = true;
  hurried = false;
  show(panel, false);
  try {
    const query = new URLSearchParams({ via: find("#via")?.value ?? "" });
    const answer = await fetch(`${find("[data-show-canned]").href}?${query}`, { headers: { "X-Desk": "parts" }, signal: AbortSignal.timeout(20000) });
    if (answer.status === 401) return toSignIn();
    const text = await answer.text();
    if (mine !== asked || panel.hidden) return;
    loading = false;
    if (!answer.ok) return say(panel, text);
    offered = all("[data-canned]", new DOMParser().parseFromString(text, "text/html")).map(option);
    show(panel);
    if (hurried && chosen(panel)) put(panel, chosen(panel).dataset.text);
  } catch {
    if (mine !== asked) return;
    loading = false;
    say(panel, panel.dataset.failed);
  }
}

function option(item, n) {
  const made = document.createElement("li");
  made.id = `canned-${n}`;
  made.role = "option";
  made.dataset.text = item.dataset.text;
  made.append(...[...find("a", item).childNodes].map((node) => document.importNode(node, true)));
  return { made, title: folded(item.dataset.title), text: folded(item.dataset.text) };
}

// All words occur; those whose name begins like that first, then those that have them in their name.
function fitting(typed) {
  const wanted = folded(typed).split(/\s+/).filter(Boolean);
  const found = offered.filter((one) => wanted.every((word) => `${one.title} ${one.text}`.includes(word)));
  const rank = ({ title }) => title.startsWith(wanted.join(" ")) ? 0 : wanted.every((word) => title.includes(word)) ? 1 : 2;
  return found.sort((a, b) => rank(a) - rank(b)).map((one) => one.made);
}

function say(panel, sentence) {
  find("[role=status]", panel).textContent = sentence;
}

function show(panel, loaded = true) {
  const list = find("[role=listbox]", panel), input = find("[role=combobox]", panel), found = fitting(input.value);
  list.replaceChildren(...found);
  list.hidden = !found.length;
  input.ariaExpanded = String(Boolean(found.length));
  choose(panel, found[0]);
  if (loaded) say(panel, found.length ? panel.dataset.found.replace("%", found.length) : panel.dataset.nothing);
  else say(panel, "");
  if (loaded && !offered.length) say(panel, panel.dataset.none);
}

const chosen = (panel) => find("[aria-selected=true]", panel);

function choose(panel, one) {
  for (const other of all("[role=option]", panel)) other.ariaSelected = String(other === one);
  const input = find("[role=combobox]", panel);
  if (one) input.setAttribute("aria-activedescendant", one.id);
  else input.removeAttribute("aria-activedescendant");
  one?.scrollIntoView({ block: "nearest" });
}

function move(panel, by) {
  const options = all("[role=option]", panel);
  if (options.length) choose(panel, options[(options.indexOf(chosen(panel)) + by + options.length) % options.length]);
}

// ---- Open, put in, close -------------------------------------------------------------------------------------------

function open() {
  const panel = panelNow(), reply = find("#reply:enabled");
  if (!panel || !reply) return false;
  const input = find("[role=combobox]", panel);
  input.value = "";
  panel.hidden = false;
  input.focus();
  load(panel);
  return true;
}

function close(panel, back = true) {
  asked += 1;
  panel.hidden = true;
  if (back) find("#reply")?.focus();
}

// What is not filled in is selected, so that the next key writes there.
function put(panel, text, apart = true) {
  close(panel);
  const reply = find("#reply"), from = reply.selectionStart, before = reply.value.slice(0, from);
  const words = (apart && before && !/\s$/.test(before) ? "\n" : "") + text;
  reply.setRangeText(words, from, reply.selectionEnd, "end");
  const gap = gaps(words)[0];
  if (gap) reply.setSelectionRange(from + gap.index, from + gap.index + gap[0].length);
  reply.dispatchEvent(new Event("input", { bubbles: true })); // the draft is kept
}

const atWord = (reply) => reply.selectionStart === reply.selectionEnd && /(^|\s)$/.test(reply.value.slice(0, reply.selectionStart));

document.addEventListener("beforeinput", (event) => {
  if (event.isComposing || event.inputType !== "insertText") return;
  const { target, data } = event, panel = target.closest?.("[data-canned-panel]");
  if (target.id === "reply" && data === "/" && atWord(target) && open()) event.preventDefault();
  // "and / or", "//": what was meant is a slash
  if (panel && !target.value && (data === "/" || data === " ")) {
    event.preventDefault();
    put(panel, data === "/" ? "/" : "/ ", false);
  }
});

document.addEventListener("keydown", (event) => {
  const panel = event.target.closest?.("[data-canned-panel]");
  if (!panel || event.isComposing) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    event.stopImmediatePropagation(); // a menu that is open as well stays so
    close(panel);
  } else if (event.target.role !== "combobox") return;
  else if (by) move(panel, by);
  else if (event.key === "Enter") {
    const one = chosen(panel);
    if (loading) hurried = true;
    else if (one) put(panel, one.dataset.text);
    else if (event.target.value) put(panel, `/${event.target.value}`, false);
  } else return;
  event.preventDefault();
});

document.addEventListener("input", ({ target }) => {
  const panel = target.closest?.("[data-canned-panel]");
  if (panel && offered.length) show(panel);
  if (target.id === "reply") pointOut();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-show-canned]"), one = event.target.closest("[data-canned-panel] [role=option]");
  if (one) put(panelNow(), one.dataset.text);
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (openPanel()) {
    event.preventDefault();
    close(openPanel());
  } else if (open()) event.preventDefault();
});

// The field keeps the focus while an option is pressed.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-canned-panel] [role=option], [data-show-canned]") && openPanel()) event.preventDefault();
});

document.addEventListener("focusout", () => setTimeout(() => {
  const panel = openPanel();
  if (panel && !panel.contains(document.activeElement)) close(panel, false);
}));

document.addEventListener("desk-changed", pointOut);
pointOut();
