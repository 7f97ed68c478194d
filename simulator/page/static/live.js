// The live view: each webhook, request and message of a relay's socket, with its answer and what is wrong with it.
import { $, clockWithSeconds, el } from "./dom.js";

const list = $("#exchanges");
const KEEP = 400;

export function start() {
  $("#only-problems").addEventListener("change", (event) => list.classList.toggle("only", event.target.checked));
}

export function take(event) {
  const problems = (event.problems ?? []).map((p) => el("p", { class: "problem" }, `${p.code}  ${p.text}`));
  const row = el("li", { class: problems.length ? "wrong" : "" });
  if (event.kind === "problem") row.append(...problems);
  else if (event.kind === "relay") row.append(el("details", {}, frameSummary(event), frameInside(event)), ...problems);
  else row.append(el("details", {}, summary(event), inside(event)), ...problems);
  if (event.note) row.append(el("p", { class: "note" }, event.note));
  list.prepend(row);
  while (list.children.length > KEEP) list.lastChild.remove();
}

function summary(event) {
  const whole = event.url.replace(/^https?:\/\/[^/]+/, "");
  const path = event.direction === "rest" ? whole.replace(/^.*?\/(twilio|graph)\//, "").replace(/[0-9a-f]{28}([0-9a-f]{4})/g, "…$1") : whole;
  const took = event.milliseconds === undefined ? "" : `${event.milliseconds} ms`;
  return el("summary", {},
    el("time", {}, clockWithSeconds(event.at)),
    el("span", { class: `tag ${event.direction}` }, event.direction === "rest" ? "request" : "webhook"),
    el("span", { class: "what" }, event.what),
    el("span", { class: "path", title: event.url }, `${event.method} ${path}`),
    el("span", { class: "status" }, event.status ? String(event.status) : "no answer"),
    el("span", { class: "took" }, took));
}

/** One message of ConversationRelay's socket: "out" is what Twilio says, "in" what the application says. */
function frameSummary(event) {
  const twilio = event.direction === "out";
  const frame = typeof event.frame === "string" ? { type: "?", text: event.frame } : event.frame;
  const { type, ...rest } = frame;
  const words = frame.token ?? frame.voicePrompt ?? frame.digit ?? frame.utteranceUntilInterrupt ?? frame.source ?? frame.text;
  const about = words ?? Object.entries(rest).map(([name, value]) => `${name} ${typeof value === "object" ? "…" : value}`).join(", ");
  const more = type === "prompt" && frame.last === false ? " (partial)" : "";
  return el("summary", {},
    el("time", {}, clockWithSeconds(event.at)),
    el("span", { class: `tag ${twilio ? "twilio" : "application"}` }, twilio ? "Twilio" : "app"),
    el("span", { class: "what" }, `socket …${event.sid.slice(-4)}`),
    el("span", { class: "path", title: about }, `${type}${more}  ${about}`),
    el("span", { class: "status" }, event.problems?.length ? "refused" : ""),
    el("span", { class: "took" }));
}

function frameInside(event) {
  const text = typeof event.frame === "string" ? event.frame : JSON.stringify(event.frame, null, 2);
  const who = event.direction === "out" ? "Twilio to the application" : "The application to Twilio";
  return el("div", { class: "inside one" }, el("div", {}, el("h3", {}, who), el("pre", { tabindex: "0" }, text)));
}

function inside(event) {
  const sent = event.fields ? fields(event.fields) : el("pre", { tabindex: "0" }, json(event.body));
  const answer = typeof event.answer === "string" ? markup(event.answer, event.content_type) : el("pre", { tabindex: "0" }, JSON.stringify(event.answer, null, 2));
  return el("div", { class: "inside" }, el("div", {}, el("h3", {}, "Sent"), sent), el("div", {}, el("h3", {}, `Answer ${event.content_type ?? ""}`), answer));
}

function fields(found) {
  return el("dl", { tabindex: "0", "aria-label": "Fields" }, ...Object.entries(found).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value === "" ? "–" : value)]));
}

function json(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text ?? "";
  }
}

function markup(text, kind) {
  const tree = /xml|html/.test(kind ?? "") ? new DOMParser().parseFromString(text, "text/xml") : null;
  const box = el("pre", { tabindex: "0" });
  if (!tree || tree.querySelector("parsererror")) box.textContent = text || "(empty)";
  else write(box, tree.documentElement, "");
  return box;
}

/** TwiML, indented and coloured, built as nodes. */
function write(box, node, indent) {
  const span = (kind, words) => el("span", { class: kind }, words);
  box.append(indent, "<", span("el", node.nodeName));
  for (const attribute of node.attributes) box.append(" ", span("at", attribute.name), "=", span("va", `"${attribute.value}"`));
  const children = [...node.childNodes].filter((child) => child.nodeType === 1 || child.textContent.trim());
  if (!children.length) return void box.append("/>\n");
  const inner = children.every((child) => child.nodeType === 3);
  box.append(inner ? ">" : ">\n");
  for (const child of children) {
    if (child.nodeType === 1) write(box, child, `${indent}  `);
    else box.append(inner ? child.textContent : `${indent}  ${child.textContent.trim()}\n`);
  }
  box.append(inner ? "" : indent, "</", span("el", node.nodeName), ">\n");
}
