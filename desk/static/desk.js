// The desk's page: sends forms, swaps the parts the server renders, follows /desk/events, keeps drafts.
// Why not htmx: docs/decisions/0003-desk-without-htmx.md

import "./alerts.js";
import "./canned.js";
import "./keys.js";

const desk = document.querySelector("main.desk");
export const skew = Date.now() - Date.parse(document.documentElement.dataset.now);
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---- Times: shown in the agent's own zone; waiting times tick --------------------------------------------------

function waited(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function tick() {
  const now = Date.now() - skew;
  for (const time of all("[data-since]")) {
    time.textContent = waited((now - Date.parse(time.dateTime)) / 1000);
    if (time.dataset.due) time.closest(".entry").classList.toggle("late", now >= Date.parse(time.dataset.due));
  }
}

function clock(time) {
  const at = new Date(time.dateTime);
  const hour = at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = at.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  time.textContent = time.dataset.clock === "day" ? `${day} ${hour}` : hour;
  time.title = at.toLocaleString();
}

function dayName(at) {
  const date = at.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  return at.toDateString() === new Date(Date.now() - skew).toDateString() ? `Today, ${date}` : date;
}

// The server separates days in UTC; here they are the agent's days.
function separateDays() {
  const list = find("[data-part=lines]");
  if (!list) return;
  all("li.day", list).forEach((day) => day.remove());
  let last = "";
  for (const line of all("li[data-key]", list)) {
    const at = new Date(find("time", line).dateTime);
    if (at.toDateString() !== last) {
      const day = document.createElement("li");
      day.className = "day";
      day.textContent = dayName(at);
      line.before(day);
    }
    last = at.toDateString();
  }
}

function dress() {
  all("[data-clock]").forEach(clock);
  all("[data-scripted]").forEach((part) => { part.hidden = false; });
  separateDays();
  tick();
  attend();
}

// ---- What calls for the agent: the title's count, and for alerts.js what is new ------------------------------------

let calls = null; // handoff -> when its customer last wrote, as last seen

function attend() {
  const part = find("[data-part=attention]");
  if (!part) return;
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = part.dataset.count === "0" || desk.dataset.title === "0" ? title : `(${part.dataset.count}) ${title}`;
  const before = calls, now = all("[data-call]", part);
  calls = new Map(now.map((one) => [one.dataset.call, one.dataset.at]));
  const fresh = before ? now.filter((one) => before.get(one.dataset.call) !== one.dataset.at) : [];
  const detail = fresh.map((one) => ({ id: one.dataset.call, who: one.textContent, mine: one.dataset.mine === "1" }));
  if (detail.length && holdsStream) document.dispatchEvent(new CustomEvent("desk-calls", { detail }));
}

// ---- Parts -----------------------------------------------------------------------------------------------------

const served = new Map(); // part name, or "line <key>" -> the HTML the server last gave
let asked = 0, applied = 0; // an answer that was overtaken by a later one is dropped

function remember(root) {
  for (const part of all("[data-part]", root)) served.set(part.dataset.part, part.outerHTML);
  for (const line of all("li[data-key]", root)) served.set(`line ${line.dataset.key}`, line.outerHTML);
}

// A menu that is being filled in stays open, with what was typed.
function keepMenu(old, fresh) {
  const menu = find("details[open]", old), again = menu && find("details", fresh);
  if (!again) return;
  again.open = true;
  const typed = find("input[type=tel]", menu), field = find("input[type=tel]", again);
  if (typed && field) field.value = typed.value;
  const chosen = find("input[type=radio]:checked", menu);
  if (chosen) all("input[type=radio]", again).forEach((radio) => { radio.checked = radio.value === chosen.value; });
}

function swap(old, part) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const selection = active?.selectionStart;
  const fresh = document.importNode(part, true);
  keepMenu(old, fresh);
  old.replaceWith(fresh);
  restoreDraft();
  const again = active?.id && document.getElementById(active.id);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (selection !== undefined && again.setSelectionRange) again.setSelectionRange(selection, selection);
}

// What was loaded from earlier pages stays above; a thread that is another is taken as it comes, with its way to earlier lines.
function swapLines(list, part) {
  const scroll = find(".scroll");
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 48;
  const shown = all("li[data-key]", list), after = all("li[data-key]", part);
  const from = shown.findIndex((line) => line.dataset.key === after[0]?.dataset.key);
  const before = from < 0 ? shown : shown.slice(from);
  const grown = before.every((line, n) => line.dataset.key === after[n]?.dataset.key);
  if (!grown) {
    list.replaceChildren(...after.map((line) => document.importNode(line, true)));
    const link = find("[data-part=earlier]", part.ownerDocument);
    if (link) find("[data-part=earlier]").replaceWith(document.importNode(link, true));
  } else after.forEach((line, n) => {
    const fresh = document.importNode(line, true);
    if (n >= before.length) {
      fresh.classList.add("arrived");
      list.append(fresh);
    } else if (served.get(`line ${line.dataset.key}`) !== line.outerHTML) before[n].replaceWith(fresh);
  });
  all(".empty", list).forEach((empty) => after.length && empty.remove());
  after.forEach((line) => served.set(`line ${line.dataset.key}`, line.outerHTML));
  dress();
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
  else if (after.length > before.length) find(".newer").hidden = false;
}

async function loadEarlier(link) {
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  try {
    const answer = await fetch(link.href, { headers: { "X-Desk": "parts" }, signal: AbortSignal.timeout(20000) });
    if (answer.status === 401) return toSignIn();
    const text = await answer.text();
    if (!answer.ok) return lost(text);
    const page = new DOMParser().parseFromString(text, "text/html"), scroll = find(".scroll");
    const known = new Set(all("li[data-key]").map((line) => line.dataset.key));
    const lines = all("li[data-key]", page).filter((line) => !known.has(line.dataset.key));
    const below = scroll.scrollHeight - scroll.scrollTop;
    find("[data-part=lines]").prepend(...lines.map((line) => document.importNode(line, true)));
    const further = find("[data-earlier]", page);
    if (further) link.href = further.getAttribute("href");
    else link.remove();
    dress();
    scroll.scrollTop = scroll.scrollHeight - below;
    lost("");
  } catch {
    lost("The desk does not answer. Trying again…");
  } finally {
    link.ariaBusy = null;
  }
}

// Rows that the page has already come empty, by their digest.
const have = () => all("li[data-as]").map((row) => row.dataset.as).slice(0, 400).join(".");

function fillRows(part) {
  for (const row of all("li[data-as]:empty", part)) {
    const known = find(`li[data-row="${CSS.escape(row.dataset.row)}"][data-as="${row.dataset.as}"]`);
    if (known) row.append(...known.cloneNode(true).childNodes);
    else row.remove(); // it went in the meantime; the next look brings it
  }
}

function apply(html, own = false, sentences = false) {
  for (const part of all("[data-part]", new DOMParser().parseFromString(html, "text/html"))) {
    const name = part.dataset.part, old = find(`[data-part="${name}"]`), markup = part.outerHTML;
    if (!old || served.get(name) === markup) continue;
    // What was refused stays to be read until the agent does the next thing.
    const sentence = name === "refused" || name.endsWith("-error");
    if (sentence && !own && old.textContent.trim()) continue;
    if (sentences && !sentence) continue;
    served.set(name, markup);
    if ("rows" in part.dataset) fillRows(part);
    const keep = part.dataset.keep;
    if (name === "lines") swapLines(old, part);
    else if (keep === undefined || keep !== old.dataset.keep) swap(old, part);
  }
  dress();
  focusReply();
  document.dispatchEvent(new Event("desk-changed"));
}

export function toSignIn() {
  location.assign(`/desk/sign-in?next=${encodeURIComponent(location.pathname)}`);
}

// ---- Live ------------------------------------------------------------------------------------------------------

function lost(sentence) {
  if (find("#lost").textContent !== sentence) find("#lost").textContent = sentence;
}

const ALL = 2, QUEUE = 1;
const CALM = 1000; // milliseconds between two looks at the rows for lines of others
let running = false, again = 0, searching = false, looked = 0, calm = 0;

// `what`: QUEUE when only another conversation has changed, so that this one is not read again for it.
async function refresh(what = ALL) {
  again = Math.max(again, what);
  if (running) return;
  running = true;
  while (again) {
    const wanted = again;
    again = 0;
    await refreshOnce(wanted);
  }
  running = false;
}

// Lines of other conversations come in crowds: the rows are looked at once for all of them.
function refreshCalmly() {
  if (calm) return;
  const pause = Math.max(0, looked + CALM - Date.now());
  calm = setTimeout(() => { calm = 0; refresh(QUEUE); }, pause);
}

async function refreshOnce(what) {
  const mine = ++asked;
  looked = Date.now();
  try {
    const query = new URLSearchParams(location.search);
    query.set("handoff", desk.dataset.handoff);
    if (what === QUEUE) query.set("only", "queue");
    else if (!document.hidden) query.set("looks", "1");
    if (searching) query.set("search", "1");
    searching = false;
    const headers = { "X-Desk": "parts", "X-Desk-Have": have() };
    const answer = await fetch(`/desk/parts?${query}`, { headers, signal: AbortSignal.timeout(20000) });
    if (answer.status === 401) return toSignIn();
    if (answer.status === 404) return location.assign("/desk");
    const text = await answer.text();
    if (!answer.ok) return lost(text);
    if (mine > applied) apply(text);
    applied = Math.max(applied, mine);
    lost("");
  } catch {
    lost("The desk does not answer. Trying again…");
  }
}

// ---- Somebody is writing, told both ways while it is so -----------------------------------------------------------------

const SHOWN = 6000, TOLD = 4000; // milliseconds: how long it is shown without news, and between two that are sent
let shownUntil = 0, toldAt = 0, idle = 0;

function showTyping(handoff) {
  const place = find("[data-typing]");
  if (handoff !== desk.dataset.handoff || !place) return;
  place.hidden = false;
  clearTimeout(shownUntil);
  shownUntil = setTimeout(() => { place.hidden = true; }, SHOWN);
}

function tellTyping(on) {
  const form = find("form.reply[data-typing-to]");
  if (!form || (on && Date.now() - toldAt < TOLD) || (!on && !toldAt)) return;
  toldAt = on ? Date.now() : 0;
  clearTimeout(idle);
  if (on) idle = setTimeout(tellTyping, SHOWN, false);
  const body = new URLSearchParams({ csrf: form.csrf.value, on: on ? "1" : "" });
  fetch(form.dataset.typingTo, { method: "POST", headers: { "X-Desk": "parts" }, body }).catch(() => {}); // a nicety
}

function heard({ kind, handoff }) {
  if (kind === "typing") return showTyping(handoff);
  if (kind === "signed-out") return toSignIn();
  if (kind === "lost") return lost("Connection lost. Trying again…");
  const others = handoff && handoff !== desk.dataset.handoff;
  if (kind === "line" && others) return refreshCalmly();
  refresh(others ? QUEUE : ALL);
}

// One tab holds the stream and tells the others: browsers allow few connections to one host.
let holdsStream = false;

function follow() {
  const wire = new BroadcastChannel("onethread-desk");
  const tell = (message) => { wire.postMessage(message); heard(message); };
  wire.onmessage = ({ data }) => heard(data);
  const open = () => {
    holdsStream = true;
    const source = new EventSource("/desk/events");
    for (const kind of ["hello", "queue", "line", "typing"]) {
      source.addEventListener(kind, ({ data }) => tell({ kind, handoff: JSON.parse(data).handoff }));
    }
    source.addEventListener("signed-out", () => { source.close(); tell({ kind: "signed-out" }); });
    source.onerror = () => {
      tell({ kind: "lost" });
      if (source.readyState !== EventSource.CLOSED) return; // it connects again by itself
      refresh();
      setTimeout(open, 3000);
    };
  };
  // Without https or loopback there are no locks, and each tab has a stream of its own.
  if (navigator.locks) navigator.locks.request("onethread-desk", () => new Promise(open));
  else open();
  setInterval(() => { if (!document.hidden) refresh(); }, 30000);
  addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
}

// ---- Forms and drafts ------------------------------------------------------------------------------------------

const draftKey = () => `draft ${desk.dataset.handoff}`;
const number = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

// The draft keeps the form's number too: after a lost answer the same words are sent with the same number.
function saveDraft() {
  const form = find("form.reply");
  sessionStorage.setItem(draftKey(), JSON.stringify({ text: form.text.value, once: form.once.value }));
}

function restoreDraft() {
  const form = find("form.reply"), draft = JSON.parse(sessionStorage.getItem(draftKey()) ?? "null");
  if (!form || !draft || form.text.value || form.text.disabled) return;
  form.text.value = draft.text;
  form.once.value = draft.once;
}

function sent(form) {
  if (form.dataset.send === "reply") {
    sessionStorage.removeItem(draftKey());
    form.text.value = "";
    form.once.value = number();
    toldAt = 0; // the words themselves end it
    clearTimeout(idle);
    find("#said").textContent = "Sent.";
  }
  if (["call", "life"].includes(form.dataset.send)) {
    const menu = form.closest("details");
    if (menu) menu.open = false;
    form.reset();
  }
  if (form.dataset.send === "propose") {
    form.closest("details").replaceChildren("Proposed.");
    find("#said").textContent = "Proposed.";
  }
  if (form.dataset.send === "close") sessionStorage.removeItem(draftKey());
}

function complain(form, sentence) {
  const place = find("[role=alert]", form) ?? find("[data-part=refused]");
  if (!place) return lost(sentence);
  served.delete(place.dataset.part);
  const error = document.createElement("p");
  error.className = "error";
  error.append(sentence);
  place.replaceChildren(place.matches("[role=alert]") ? sentence : error);
}

let awaitsReply = false; // accepted, and the composer may come with a later look

function focusReply() {
  const reply = awaitsReply && find("#reply:enabled");
  if (!reply) return;
  awaitsReply = false;
  reply.focus();
}

async function send(form) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const mine = ++asked;
  try {
    const body = new URLSearchParams(new FormData(form));
    // a day and hour of the agent's own zone
    for (const field of all("[data-local]", form)) if (field.value) body.set(field.name, new Date(field.value).toISOString());
    const headers = { "X-Desk": "parts", "X-Desk-Have": have() };
    const answer = await fetch(form.action + location.search, { method: "POST", headers, body, signal: AbortSignal.timeout(30000) });
    if (answer.status === 401) return toSignIn();
    const text = await answer.text();
    if (!answer.headers.get("Content-Type")?.startsWith("text/html")) return complain(form, text);
    if (answer.ok) sent(form);
    // Overtaken by a refresh that may have looked before this was done: look again, and show at least what was refused.
    const overtaken = mine < applied;
    if (!overtaken || !answer.ok) apply(text, true, overtaken);
    if (overtaken) refresh();
    applied = Math.max(applied, mine);
    // ... unless the phone in this browser rings already
    if (answer.ok && form.dataset.send === "accept" && !document.activeElement.closest("#softphone")) awaitsReply = true;
    focusReply();
    if (answer.ok && form.dataset.send === "life" && document.activeElement === document.body) find("#conversation")?.focus({ preventScroll: true });
  } catch {
    complain(form, "The desk could not be reached. What you typed is kept; send it again.");
  } finally {
    form.ariaBusy = "false";
  }
}

// ---- The left column: lists, filters and searching stand in the page's address -----------------------------------------

function look(query) {
  history.replaceState(history.state, "", location.pathname + (query && `?${query}`));
  searching = true;
  refresh(QUEUE);
}

function finding(form) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  look(query.toString());
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("form[data-finding] select")) finding(target.form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("finding" in form.dataset && desk) {
    event.preventDefault();
    return finding(form);
  }
  if ("signOut" in form.dataset) return sessionStorage.clear(); // no drafts for the next person at this desk
  if (!("send" in form.dataset)) return;
  event.preventDefault();
  send(form);
});

document.addEventListener("input", (event) => {
  if (event.target.id !== "reply") return;
  saveDraft();
  tellTyping(Boolean(event.target.value.trim()));
});

document.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key === "Enter" && !composing && (event.ctrlKey || event.metaKey) && event.target.id === "reply") event.target.form.requestSubmit();
  const closing = find("details.close[open]");
  if (event.key === "Escape" && closing) {
    closing.open = false;
    find("summary", closing).focus();
  }
});

// ---- Panes of a narrow window, and the start --------------------------------------------------------------------

function show(pane) {
  desk.dataset.pane = pane;
  for (const button of all("[data-show]")) button.ariaPressed = String(button.dataset.show === pane);
  if (pane === "conversation") toEnd();
}

/** The words of a canned reply are for the conversation they were chosen in. */
function withoutWords(search) {
  const kept = new URLSearchParams(search);
  kept.delete("canned");
  return kept.size ? `?${kept}` : "";
}

function toEnd() {
  const scroll = find(".scroll");
  if (!scroll) return;
  scroll.scrollTop = scroll.scrollHeight;
  find(".newer").hidden = true;
}

document.addEventListener("click", (event) => {
  const entry = event.target.closest("a.entry"), list = event.target.closest("a[data-list]");
  if (entry && location.search) entry.search = withoutWords(location.search); // the list stays as it is
  if (!list || !desk || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  look(new URL(list.href).search.slice(1));
}, true);

document.addEventListener("click", (event) => {
  const pane = event.target.closest("[data-show]")?.dataset.show;
  if (pane) show(pane);
  if (event.target.closest(".newer")) toEnd();
  const earlier = event.target.closest("[data-earlier]");
  if (earlier && desk) {
    event.preventDefault();
    loadEarlier(earlier);
  }
});

function begin() {
  remember(document);
  dress();
  restoreDraft();
  show(desk.dataset.pane);
  toEnd();
  find(".scroll")?.addEventListener("scroll", ({ target }) => {
    if (target.scrollHeight - target.scrollTop - target.clientHeight < 48) find(".newer").hidden = true;
  });
}

// Another conversation without leaving this document, which would end a call in it (softphone.js).
let going = 0;

export async function go(url, push = true) {
  const mine = ++going;
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok || answer.redirected) return location.assign(url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = find("main.desk", page);
  if (!fresh) return location.assign(url);
  if (mine < going) return;
  applied = ++asked; // what was asked for the conversation before is dropped
  if (push) history.pushState(null, "", url);
  document.title = page.title;
  Object.assign(desk.dataset, { handoff: fresh.dataset.handoff, pane: fresh.dataset.pane });
  desk.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  find("[data-part=me]").replaceWith(document.importNode(find("[data-part=me]", page), true));
  served.clear();
  begin();
  find("#conversation").focus({ preventScroll: true });
}

if (desk) {
  begin();
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("details.close") && target.open) (find("input[name=outcome], input[type=tel]", target) ?? find("select, textarea, button", target))?.focus();
  }, true);
  setInterval(tick, 1000);
  follow();
}
