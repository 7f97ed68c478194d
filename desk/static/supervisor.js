// The supervisor's page, live: what the server renders anew is swapped in; a form that is open or typed in is left alone.

import { skew, toSignIn } from "./desk.js";

const page = document.querySelector("[data-supervisor]");
const lost = document.getElementById("lost");
const CALM = 2000; // milliseconds between two looks
const QUIET = 30000; // and without any news: times, and who has left
let looked = 0, waiting = 0;

function busy(part) {
  return part.contains(document.activeElement) && part.querySelector("details[open]") !== null;
}

function show(html, own) {
  for (const part of new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-part]")) {
    const old = page.querySelector(`[data-part="${part.dataset.part}"]`);
    const same = part.dataset.keep !== undefined && part.dataset.keep === old.dataset.keep;
    if (!same && (own || !busy(old))) old.replaceWith(document.adoptNode(part));
  }
  tick();
}

function tick() {
  for (const time of page.querySelectorAll("[data-since]")) {
    const whole = Math.max(0, Math.floor((Date.now() - skew - Date.parse(time.dateTime)) / 1000));
    const hours = Math.floor(whole / 3600), rest = String(whole % 60).padStart(2, "0"), minutes = Math.floor(whole / 60) % 60;
    time.textContent = hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }
}

async function ask(path, form) {
  try {
    const body = form && new URLSearchParams(new FormData(form));
    const answer = await fetch(path, { method: form ? "POST" : "GET", body, headers: { "X-Desk": "parts" } });
    if (answer.status === 401) return toSignIn();
    const text = await answer.text();
    if (answer.headers.get("Content-Type").startsWith("text/html")) show(text, Boolean(form));
    lost.textContent = answer.ok || form ? "" : text;
  } catch {
    lost.textContent = "The desk does not answer. Trying again\u2026";
  }
}

function look() {
  looked = Date.now();
  waiting = 0;
  ask("/desk/supervisor");
}

function soon() {
  if (!waiting) waiting = setTimeout(look, Math.max(0, looked + CALM - Date.now()));
}

page.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(event.target.getAttribute("action"), event.target);
});

const source = new EventSource("/desk/events");
for (const kind of ["hello", "queue", "line"]) source.addEventListener(kind, soon);
source.addEventListener("signed-out", toSignIn);
setInterval(tick, 1000);
setInterval(soon, QUIET);
