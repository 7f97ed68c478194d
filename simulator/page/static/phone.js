// The phones: the customer's, and every other phone that the installation rings (the agent's).
import { $, el, pretty } from "./dom.js";
import { post } from "./api.js";

const legs = new Map();
const WORDS = {
  ringing: "Ringing", fetching: "One moment", speaking: "Speaking", listening: "Listening", waiting: "In the queue",
  joined: "Joined", held: "On hold", dialling: "Dialling", recording: "Recording", over: "Ended",
};
let customer = "";

export function start(state) {
  $("#dial-number").textContent = pretty(state.voice_number);
  $("#call").addEventListener("click", () => {
    for (const [sid, leg] of legs) if (leg.over) { leg.root.remove(); legs.delete(sid); }
    post("calls", { ...($("#withheld").checked ? { from: "anonymous" } : {}), verstat: $("#verstat").value });
  });
  if (!("speechSynthesis" in window)) $("#aloud").closest("label").hidden = true;
  $("#aloud").addEventListener("change", (event) => { if (!event.target.checked) speechSynthesis.cancel(); });
}

export function setNumber(number) {
  customer = number;
  for (const [sid, leg] of legs) if (leg.over) { leg.root.remove(); legs.delete(sid); }
}

export function take(call) {
  if (!legs.has(call.sid) && call.activity === "over") return;
  const leg = legs.get(call.sid) ?? add(call);
  const rings = call.status === "ringing" && call.direction !== "inbound";
  leg.over = call.activity === "over";
  leg.root.classList.toggle("rings", rings);
  leg.root.classList.toggle("over", leg.over);
  leg.root.classList.toggle("hears-keys", call.accepts.includes("keys"));
  leg.state.textContent = leg.over ? `Ended: ${call.status}` : call.queue ? `In queue “${call.queue}”` : WORDS[call.activity] ?? call.activity;
  leg.pick.hidden = leg.refuse.hidden = leg.machine.hidden = leg.ignore.hidden = !rings || leg.browser;
  leg.hang.hidden = rings || leg.over;
  leg.speak.hidden = leg.toggle.hidden = rings || leg.over;
  leg.live = !rings && !leg.over;
  const speech = call.accepts.includes("speech") || ["joined", "recording"].includes(call.activity);
  leg.field.placeholder = speech ? "Say something" : "Nobody listens just now";
  if (leg.over) window.speechSynthesis?.cancel();
  arrange();
  $("#call").disabled = [...legs.values()].some((other) => other.mine && !other.over);
  const waiting = [...legs.values()].some((other) => !other.over);
  $("#dial").hidden = waiting && $("#call").disabled;
}

/** Keypads take much room: with several phones they are folded, unless somebody has opened or closed them. */
function arrange() {
  const several = [...legs.values()].filter((leg) => !leg.over).length > 1;
  for (const leg of legs.values()) {
    const open = leg.live && (leg.wanted ?? (leg.mine && !several));
    leg.keys.hidden = !open;
    leg.toggle.setAttribute("aria-expanded", String(open));
    leg.captions.scrollTop = leg.captions.scrollHeight;
  }
}

export function hear(event) {
  const kinds = { Say: "say", Other: "other", Play: "tone", Tone: "tone" };
  const text = event.verb === "Play" ? `♪ ${event.text}` : event.text;
  caption(event.sid, text, kinds[event.verb] ?? "");
  if (event.verb === "Say" && legs.get(event.sid)?.mine && $("#aloud").checked) {
    const words = new SpeechSynthesisUtterance(event.text);
    words.lang = event.language ?? "en-US";
    speechSynthesis.speak(words);
  }
}

export function said(event) {
  if ($("#aloud").checked) speechSynthesis.cancel();
  caption(event.sid, event.text, event.taken ? "mine" : "mine lost");
}

export function pressed(event) {
  if ($("#aloud").checked) speechSynthesis.cancel();
  caption(event.sid, `key ${event.key}`, event.taken ? "mine" : "mine lost");
}

function caption(sid, text, kind) {
  const leg = legs.get(sid);
  if (!leg) return;
  leg.captions.append(el("p", { class: kind }, text));
  leg.captions.scrollTop = leg.captions.scrollHeight;
}

function add(call) {
  const mine = (call.direction === "inbound" ? call.from : call.to) === customer || call.direction === "inbound";
  const browser = call.to.startsWith("client:"); // it answers on its own page
  const name = mine ? "Your phone" : browser ? "Agent’s browser" : "Agent’s phone";
  const peer = browser ? "on the desk" : pretty(mine && call.direction !== "inbound" ? call.from : call.to);
  const act = (action, body) => post(`calls/${call.sid}/${action}`, body);
  const leg = { mine, browser, over: false };
  leg.state = el("span", { class: "activity", role: "status" });
  leg.captions = el("div", { class: "captions", role: "log", "aria-label": `${name}: what is heard`, tabindex: "0" });
  leg.keys = el("div", { class: "keys", role: "group", "aria-label": `${name}: keypad` },
    ...[..."123456789*0#"].map((key) => el("button", { type: "button", onclick: () => act("keys", { digits: key }) }, key)));
  leg.field = el("input", { "aria-label": `${name}: say something`, maxlength: "1000", autocomplete: "off" });
  leg.speak = sayBox(leg, act);
  leg.pick = el("button", { type: "button", class: "pick", onclick: () => act("answer") }, "Answer");
  leg.refuse = el("button", { type: "button", class: "hang", onclick: () => act("refuse") }, "Refuse");
  leg.machine = el("button", { type: "button", class: "quiet", onclick: () => act("answer", { by: "machine" }) }, "Machine");
  leg.ignore = el("button", { type: "button", class: "quiet", onclick: () => act("ignore") }, "Let it ring");
  leg.toggle = el("button", { type: "button", class: "quiet", onclick: () => { leg.wanted = leg.keys.hidden; arrange(); } }, "Keypad");
  leg.hang = el("button", { type: "button", class: "hang", onclick: () => act("hangup") }, "Hang up");
  leg.root = el("article", { class: mine ? "leg" : "leg other", "aria-label": name },
    el("header", {}, el("h3", {}, name), el("span", { class: "who" }, peer), leg.state),
    leg.captions, leg.keys, leg.speak, el("div", { class: "actions" }, leg.toggle, leg.pick, leg.refuse, leg.machine, leg.ignore, leg.hang));
  legs.set(call.sid, leg);
  $("#legs").append(leg.root);
  leg.root.scrollIntoView?.({ block: "nearest" });
  return leg;
}

/** The box to speak in. The first keystroke begins the utterance (the prompt stops), sending ends it. */
function sayBox(leg, act) {
  let begun = false;
  leg.field.addEventListener("input", () => {
    if (begun || !leg.field.value) return;
    begun = true;
    act("speaking");
  });
  return el("form", {
    class: "compose",
    onsubmit: (event) => {
      event.preventDefault();
      begun = false;
      const text = leg.field.value.trim();
      leg.field.value = "";
      if (text) act("speech", { text });
    },
  }, leg.field, el("button", { type: "submit" }, "Say"));
}
