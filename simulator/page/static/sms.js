// The SMS handset: one thread per customer number.
import { $, clock, el, stayAtEnd } from "./dom.js";
import { post } from "./api.js";

const list = $("#sms-thread");
const messages = new Map();
let number = "";

export function start(state) {
  list.dataset.empty = `Send a text to the bank at ${state.sms_number}.`;
  $("#sms-peer").textContent = state.sms_number;
  $("#sms-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = $("#sms-text");
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    post("sms", { text }).catch(() => { field.value = text; });
  });
  for (const message of state.texts) messages.set(message.sid, message);
}

export function setNumber(value) {
  number = value;
  list.replaceChildren();
  for (const message of messages.values()) show(message);
}

export function take(message) {
  messages.set(message.sid, message);
  show(message);
}

function show(message) {
  const mine = message.direction === "inbound";
  if ((mine ? message.from : message.to) !== number) return;
  if (!mine && ["queued", "sending"].includes(message.status)) return;
  const old = document.getElementById(message.sid);
  const meta = describe(message, mine);
  if (old) {
    old.nextElementSibling.textContent = meta;
    return;
  }
  stayAtEnd(list, () => {
    const kind = mine ? "bubble mine" : message.direction === "vendor" ? "bubble vendor" : "bubble";
    const media = message.media.map((url) => el("img", { src: url, alt: "Picture" }));
    list.append(el("div", { id: message.sid, class: kind }, message.body, ...media), el("div", { class: mine ? "meta mine" : "meta" }, meta));
  });
}

function describe(message, mine) {
  const parts = message.segments === 1 ? "1 segment" : `${message.segments} segments`;
  const encoding = message.encoding === "UCS-2" ? ", UCS-2" : "";
  const who = message.direction === "vendor" ? "Twilio’s own answer · " : "";
  return `${who}${clock(message.at)} · ${parts}${encoding}${mine ? "" : ` · ${message.status}`}`;
}
