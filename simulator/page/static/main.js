// Starts the page: state once, then events; hands each to its pane.
import { $ } from "./dom.js";
import { follow, getState, post } from "./api.js";
import * as sms from "./sms.js";
import * as messenger from "./messenger.js";
import * as phone from "./phone.js";
import * as live from "./live.js";
import * as tools from "./tools.js";

const LINK = { live: "Connected", lost: "Connection lost, trying again" };

const kinds = {
  sms: (event) => { sms.take(event.message); news("sms", event.message.direction !== "inbound"); },
  messenger: (event) => { messenger.take(event.item); news("messenger", event.item.author === "page"); },
  "messenger action": (event) => messenger.act(event),
  call: (event) => { phone.take(event.call); news("phone", event.call.status === "ringing"); },
  heard: (event) => phone.hear(event),
  said: (event) => phone.said(event),
  pressed: (event) => phone.pressed(event),
  exchange: (event) => live.take(event),
  relay: (event) => { live.take(event); news("live", Boolean(event.problems?.length)); },
  problem: (event) => { live.take(event); news("live", true); },
  customer: (event) => become(event),
  options: (event) => tools.setOptions(event.options),
  faults: (event) => tools.setFaults(event.faults),
};

/** Another customer: the former one's chat, texts, messages and calls that are over go with them. */
function become({ number, psid, web_chat: chat }) {
  $("#number").value = number;
  sms.setNumber(number);
  messenger.setPsid(psid);
  phone.setNumber(number);
  if ($("#web-link").href === chat) return;
  $("#web-frame").src = chat;
  $("#web-link").href = chat;
}

/** A dot on the tab of a pane that is not in view (small screens). */
function news(pane, fresh) {
  if (fresh && $("#panes").dataset.active !== pane) $(`[data-tab=${pane}]`).dataset.news = "1";
}

function show(pane) {
  $("#panes").dataset.active = pane;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    tab.setAttribute("aria-current", String(tab.dataset.tab === pane));
    if (tab.dataset.tab === pane) delete tab.dataset.news;
  }
}

function wire() {
  for (const tab of document.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => show(tab.dataset.tab));
  $("#customer").addEventListener("submit", (event) => {
    event.preventDefault();
    post("customer", { number: $("#number").value.trim() });
  });
  $("#fresh").addEventListener("click", () => {
    post("customer", { number: $("#number").value.trim(), fresh: true });
  });
}

function playBack(state) {
  for (const call of state.calls) phone.take(call);
  for (const event of state.journal) {
    if (["exchange", "relay", "problem"].includes(event.kind)) live.take(event);
    else kinds[event.kind](event);
  }
}

async function start() {
  const state = await getState();
  wire();
  show("web");
  for (const pane of [sms, messenger, phone, live, tools]) pane.start(state);
  become({ ...state, number: state.customer });
  playBack(state);
  follow(state.seq, (event) => kinds[event.kind]?.(event), (link) => {
    $("#link").dataset.state = link;
    $("#link").textContent = LINK[link];
  });
}

start();
