// The phone in this browser: registers with Twilio's Voice SDK, shows who calls, answers, mutes, hangs up.
// https://www.twilio.com/docs/voice/sdks/javascript/twiliodevice , .../twiliocall

import { go, skew, toSignIn } from "./desk.js";

const panel = document.querySelector("#softphone");
const chip = document.querySelector("#line-state");
const part = (name) => panel.querySelector(`.${name}`);
const button = (act) => panel.querySelector(`[data-act=${act}]`);

// What the agent reads: a word in the header, a sentence in the panel.
const STATES = {
  starting: ["Phone starts", "The phone in this browser is starting…"],
  ready: ["Phone ready", "Ready: calls ring here."],
  reconnecting: ["Reconnecting", "The phone has lost its connection. Reconnecting…"],
  elsewhere: ["Other tab", "Another tab has the phone. It comes here when that tab is closed."],
  broken: ["No phone", "Calls cannot ring here."],
  ringing: ["Ringing", "A call for you"],
  briefing: ["On a call", "You hear what it is about, then you are in the call."],
  talking: ["On a call", "You are in the call."],
};
const BUTTONS = { ringing: ["answer", "decline"], briefing: ["join", "mute", "hangup"], talking: ["mute", "hangup"] };
const MICROPHONE = {
  NotAllowedError: "This browser does not let the desk use the microphone. Allow it at the lock or microphone sign beside the address, then reload this page.",
  NotFoundError: "No microphone was found. Plug one in, then reload this page.",
  NotReadableError: "Another program is using the microphone. Close that one, then reload this page.",
};
const OF_SDK = { 31401: MICROPHONE.NotAllowedError, 31402: MICROPHONE.NotReadableError };
const TOKEN_CODES = new Set([20101, 20104, 31202, 31204, 31205, 31207]); // not accepted (any more): a new one may be

let device, call, state = "starting", told = "", fault = "", retry = 1, timer;

// ---- What is shown ---------------------------------------------------------------------------------------------

function show(next, sentence = "") {
  state = next;
  const busy = next in BUTTONS, [label, words] = STATES[next];
  chip.dataset.state = panel.dataset.state = next;
  chip.querySelector(".label").textContent = label;
  chip.title = words;
  part("now").textContent = words;
  if (next === "talking") part("now").append(" ", since());
  complain(sentence);
  button("answer").disabled = false;
  for (const one of panel.querySelectorAll("[data-act]")) one.hidden = !(BUTTONS[next] ?? ["dismiss"]).includes(one.dataset.act);
  button("microphone").hidden = busy || part("error").dataset.kind !== "ask";
  if (!busy) part("caller").replaceChildren();
  open(busy || Boolean(told));
}

function since() {
  const time = document.createElement("time"); // desk.js counts it on
  time.dataset.since = "";
  time.dateTime = new Date(Date.now() - skew).toISOString();
  time.textContent = "0:00";
  return time;
}

function complain(sentence, kind = "") {
  told = sentence;
  part("error").textContent = sentence;
  part("error").dataset.kind = kind;
}

function open(wanted) {
  panel.hidden = !wanted;
  chip.setAttribute("aria-expanded", String(wanted));
}

const onCall = () => state in BUTTONS;

// ---- The microphone --------------------------------------------------------------------------------------------

async function askMicrophone() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    stream.getTracks().forEach((track) => track.stop());
    show(state);
  } catch (error) {
    show(state, MICROPHONE[error.name] ?? `The microphone cannot be used (${error.name}).`);
  }
}

// Asked for in time, not while a customer waits; a browser that cannot say how it stands is asked when a call is answered.
async function checkMicrophone() {
  const permission = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
  if (permission?.state === "denied") show(state, MICROPHONE.NotAllowedError);
  if (permission?.state !== "prompt") return;
  complain("To answer calls here, let the desk use the microphone.", "ask");
  button("microphone").hidden = false;
  open(true);
}

// ---- Registering -----------------------------------------------------------------------------------------------

async function newToken() {
  const body = new URLSearchParams({ csrf: document.querySelector("[name=csrf]").value });
  const answer = await fetch("/desk/softphone/token", { method: "POST", headers: { "X-Desk": "parts" }, body });
  if (answer.status === 401) toSignIn();
  if (answer.ok) return (await answer.json()).token;
  const error = new Error(await answer.text());
  error.wait = Number(answer.headers.get("Retry-After"));
  error.told = answer.status === 409 || answer.status === 429;
  throw error;
}

function loadSdk() {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    if (panel.dataset.integrity) Object.assign(script, { integrity: panel.dataset.integrity, crossOrigin: "anonymous" });
    script.src = panel.dataset.sdk;
    script.onload = () => (window.Twilio?.Device ? resolve() : script.onerror());
    script.onerror = () => { script.remove(); reject(new Error("The phone's script could not be loaded.")); };
    document.head.append(script);
  });
}

async function register() {
  try {
    if (!window.Twilio?.Device) await loadSdk();
    const token = await newToken();
    if (!device) {
      device = new window.Twilio.Device(token, { appName: "onethread-desk", closeProtection: true, tokenRefreshMs: 60000 });
      listen();
    } else device.updateToken(token);
    if (device.state === "unregistered") await device.register();
    retry = 1;
  } catch (error) {
    const hopeless = error?.told || !window.Twilio?.Device; // the SDK may fail without saying why
    if (!onCall()) show(hopeless ? "broken" : "reconnecting", hopeless ? error.message : "");
    again(error?.wait);
  }
}

function again(seconds = 0) {
  clearTimeout(timer);
  timer = setTimeout(register, 1000 * (seconds || retry));
  retry = Math.min(retry * 2, 60);
}

function listen() {
  device.on("registered", () => {
    if (!onCall()) show("ready", told);
    checkMicrophone();
  });
  device.on("unregistered", () => { if (!onCall()) show("reconnecting", told); });
  device.on("tokenWillExpire", register);
  device.on("incoming", ring);
  device.on("error", (error) => {
    if (OF_SDK[error.code]) return show(state, OF_SDK[error.code]);
    if (TOKEN_CODES.has(error.code)) return again();
    if (onCall()) complain(`The phone reports a fault (${error.code}).`);
  });
}

// ---- A call ----------------------------------------------------------------------------------------------------

const params = (one) => new URLSearchParams({ handoff: one.customParameters.get("handoff") ?? "" });

async function details() {
  const asked = call;
  const answer = await fetch(`/desk/softphone/call?${params(asked)}`, { headers: { "X-Desk": "parts" } }).catch(() => null);
  if (answer?.status === 401) return toSignIn();
  if (call !== asked || !answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), found = page.querySelector("[data-caller]");
  if (part("caller").textContent !== found.textContent) part("caller").replaceChildren(document.importNode(found, true));
  if (state === "briefing" && found.dataset.joined) show("talking");
}

function ring(incoming) {
  if (onCall()) return; // the SDK lets nobody in while it is busy
  call = incoming;
  fault = "";
  show("ringing");
  details();
  const active = document.activeElement; // nobody is interrupted who types
  const idle = active === document.body || active.id === "accept" || (active.id === "reply" && !active.value);
  if (idle) button("answer").focus();
  call.on("accept", () => { show("briefing"); details(); });
  call.on("reject", () => over("You declined. The caller is back in line."));
  call.on("cancel", () => over("The call was not answered here in time, or the caller has gone."));
  call.on("disconnect", () => over(""));
  call.on("mute", (muted) => {
    button("mute").setAttribute("aria-pressed", String(muted));
    button("mute").textContent = muted ? "Unmute" : "Mute";
  });
  call.on("reconnecting", () => complain("The sound is interrupted. Reconnecting…"));
  call.on("reconnected", () => complain(""));
  call.on("error", (error) => failed(error));
}

// Comes before the end of the call or after it, or without one.
function failed(error) {
  fault = OF_SDK[error.code] ?? `The call has a fault (${error.code}).`;
  if (call && call.status() !== "closed") complain(fault);
  else over("");
}

function over(sentence) {
  call = undefined;
  button("mute").setAttribute("aria-pressed", "false");
  button("mute").textContent = "Mute";
  show(device.state === "registered" ? "ready" : "reconnecting", sentence || fault);
}

const ACTS = {
  answer: () => { button("answer").disabled = true; call.accept(); },
  decline: () => call.reject(),
  join: () => { call.sendDigits("1"); button("join").hidden = true; },
  mute: () => call.mute(!call.isMuted()),
  hangup: () => call.disconnect(),
  microphone: askMicrophone,
  dismiss: () => { complain(""); open(false); },
};

// ---- The start -------------------------------------------------------------------------------------------------

// A link to another conversation would leave this document, and end the call in it.
function stay(event) {
  const link = event.target.closest("a[href^='/desk/handoffs/'], a.brand");
  if (!link || !device || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
}

function start() {
  show("starting");
  if (!navigator.locks || !navigator.mediaDevices) return show("broken", "A browser gives the microphone only to a page with https. Ask whoever runs this desk.");
  const hold = () => { show("starting"); register(); return new Promise(() => {}); };
  navigator.locks.request("onethread-softphone", { ifAvailable: true }, (lock) => lock && hold()).then(() => {
    show("elsewhere");
    return navigator.locks.request("onethread-softphone", hold);
  });
  panel.addEventListener("click", ({ target }) => ACTS[target.closest("[data-act]")?.dataset.act]?.());
  chip.addEventListener("click", () => open(panel.hidden || state in BUTTONS));
  document.addEventListener("click", stay);
  document.addEventListener("desk-changed", () => { if (onCall()) details(); });
  addEventListener("popstate", () => go(location.href, false));
  addEventListener("beforeunload", (event) => { if (onCall()) event.preventDefault(); });
}

if (panel) start();
