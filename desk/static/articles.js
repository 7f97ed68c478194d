// Articles beside the composer: found while the agent types, walked through by arrow keys, put into the reply by Enter.
// The words are the form for the channel that the reply goes to now.

import { toSignIn } from "./desk.js";

const PAUSE = 250; // ms without a key before it is asked
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
let asked = 0, timer = 0;

const channel = () => find("#goes-to")?.dataset.channel || "web";

function say(form, sentence) {
  find("[role=status]", form).textContent = sentence;
}

function clear(form) {
  find(".results", form).replaceChildren();
  say(form, "");
}

async function search(form) {
  const mine = ++asked, words = form.q.value.trim();
  clearTimeout(timer);
  if (!words) return clear(form);
  try {
    const answer = await fetch(`${form.action}?${new URLSearchParams({ q: words })}`, { headers: { "X-Desk": "parts" }, signal: AbortSignal.timeout(20000) });
    if (answer.status === 401) return toSignIn();
    const text = await answer.text();
    if (mine === asked) answer.ok ? show(form, text) : say(form, text);
  } catch {
    if (mine === asked) say(form, "The articles could not be searched. Please try again.");
  }
}

function show(form, html) {
  const found = find("[data-found]", new DOMParser().parseFromString(html, "text/html"));
  find(".results", form).replaceChildren(document.importNode(found, true));
  const buttons = all("[data-article]", form);
  for (const button of buttons) find(".short", button).textContent = button.dataset[channel()];
  say(form, buttons.length ? `${buttons.length} found. Arrow keys choose, Enter puts one into the reply.` : "");
}

function insert(button) {
  const reply = find("#reply");
  if (!reply || reply.disabled) return;
  const before = reply.value.slice(0, reply.selectionStart);
  const text = (before && !/\s$/.test(before) ? "\n" : "") + button.dataset[channel()];
  reply.setRangeText(text, reply.selectionStart, reply.selectionEnd, "end");
  reply.dispatchEvent(new Event("input", { bubbles: true })); // the draft is kept
  const form = button.closest("form");
  form.q.value = "";
  clear(form);
  reply.focus();
}

function move(form, from, by) {
  const places = [form.q, ...all("[data-article]", form)];
  const to = places[places.indexOf(from) + by];
  to?.focus();
  return Boolean(to);
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form.find-articles");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE, form);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.find-articles")) return;
  event.preventDefault();
  search(event.target);
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-article]");
  if (button) insert(button);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form.find-articles");
  if (!form || event.isComposing) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && move(form, event.target, by)) event.preventDefault();
  if (event.key !== "Escape") return;
  asked += 1;
  form.q.value = "";
  clear(form);
  form.q.focus();
});
