// The Messenger client: bubbles, quick replies, templates, typing, read receipts.
import { $, clock, el, stayAtEnd } from "./dom.js";
import { notice, post } from "./api.js";

const list = $("#messenger-thread");
const replies = $("#messenger-replies");
const items = new Map();
let psid = "";

export function start(state) {
  list.dataset.empty = "Write to the bank’s page.";
  $("#messenger-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = $("#messenger-text");
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    post("messenger", { text }).catch(() => { field.value = text; });
  });
  $("#verify").addEventListener("click", async () => {
    const { verified } = await post("messenger/verify");
    notice(verified ? "The challenge came back: the webhook is verified." : "The challenge did not come back. See the live view.");
  });
  for (const item of state.messages) items.set(item.mid, item);
}

export function setPsid(value) {
  psid = value;
  list.replaceChildren();
  replies.replaceChildren();
  for (const item of items.values()) show(item);
}

export function take(item) {
  const fresh = !items.has(item.mid);
  items.set(item.mid, item);
  show(item);
  if (fresh && item.author === "page" && item.psid === psid && document.visibilityState === "visible") post("messenger/read");
}

export function act(event) {
  if (event.psid === psid && event.action.startsWith("typing")) $("#messenger-typing").hidden = event.action !== "typing_on";
}

function show(item) {
  if (item.psid !== psid) return;
  const mine = item.author === "customer";
  const meta = mine ? clock(item.at) : `${clock(item.at)} · ${item.status}`;
  const old = document.getElementById(item.mid);
  if (old) {
    old.nextElementSibling.textContent = meta;
    return;
  }
  $("#messenger-typing").hidden = true;
  stayAtEnd(list, () => {
    list.append(el("div", { id: item.mid, class: mine ? "bubble mine" : "bubble" }, ...content(item)));
    list.append(el("div", { class: mine ? "meta mine" : "meta" }, meta));
  });
  replies.replaceChildren(...item.quick_replies.map((reply) => el("button", { type: "button", onclick: () => tap(reply) }, reply.title)));
}

function tap(reply) {
  replies.replaceChildren();
  post("messenger", { text: reply.title, payload: reply.payload });
}

function content(item) {
  if (!item.attachment) return [item.text];
  const payload = item.attachment.payload;
  if (item.attachment.type === "image") return [el("img", { src: payload.url, alt: "Picture" })];
  if (item.attachment.type !== "template") return [`[${item.attachment.type}]`];
  const parts = payload.elements ?? [{ title: payload.text, buttons: payload.buttons }];
  return parts.flatMap((part) => [
    part.title, part.subtitle ? `\n${part.subtitle}` : "",
    ...(part.buttons ?? []).map((button) => el("button", {
      type: "button",
      disabled: button.type !== "postback",
      onclick: () => post("messenger", { text: button.title, payload: button.payload, button: true }),
    }, button.title)),
  ]);
}
