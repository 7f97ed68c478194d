// Every sentence of the widget. A page may replace any of them: <script ... data-strings='{"title": "Chat"}'>.
// SPOKEN has those of the other languages of the business, by their two letters.

const STRINGS = {
  title: "Harbour Bank",
  launcher: "Chat with us",
  unreadOne: "1 unread message",
  unreadMany: "{n} unread messages",
  close: "Close chat",
  menu: "More",
  endChat: "End the chat",
  endAsk: "End this chat? What was said stays here, and you can write again at any time.",
  endYes: "Yes, end it",
  endNo: "No, go on",
  rateAsk: "How was it with {agent}?",
  ratePoor: "poor",
  rateGood: "very good",
  rateWords: "Anything to add? (not required)",
  rateSend: "Send the rating",
  rateLater: "Not now",
  rateThanks: "Thank you for the rating.",
  rateFailed: "That could not be kept. Please send it again.",
  rateRefused: "This talk cannot be rated any more.",
  sound: "Sound for new messages",
  conversation: "Conversation",
  disclosure: "You are chatting with an automated assistant. You can ask for a person at any time.",
  greeting: "Hello! How can we help?",
  assistant: "Assistant",
  agent: "Team member",
  you: "You",
  statusAssistant: "Automated assistant",
  statusWaiting: "Waiting for a person",
  statusAgent: "You are talking with {agent}",
  linePlace: "Waiting for a person: number {n}.",
  lineMinute: "Waiting for a person: number {n}, a minute or less.",
  lineAbout: "Waiting for a person: number {n}, about {minutes} minutes.",
  lineBetween: "Waiting for a person: number {n}, {low} to {high} minutes.",
  lineKept: "Waiting for a person. What you write is kept for them.",
  goOn: "Go on with the assistant",
  nowAgent: "You are now talking with {agent}",
  nowAssistant: "You are back with the assistant",
  typing: "Assistant is typing",
  typingAgent: "{agent} is typing",
  compose: "Write a message",
  send: "Send message",
  left: "{n} characters left",
  options: "Choose one",
  chosen: "chosen",
  passed: "no longer available",
  sending: "Sending…",
  waiting: "Waiting for connection",
  sent: "Sent",
  failed: "Not sent.",
  retry: "Try again",
  connecting: "Connecting…",
  offline: "No connection. We keep your messages and send them when it is back.",
  reconnect: "Connect now",
  elsewhere: "This chat is open in too many tabs.",
  newMessage: "New message from {who}",
  linkYes: "Yes, go on there",
  linkNo: "No",
  linkRefused: "All right. That link is not used, and this chat stays your own.",
  today: "Today",
  yesterday: "Yesterday",
  attachment: "Attachment",
  opensNew: "(opens in a new tab)",
  cards: "Cards, side by side",
  map: "Open map",
  addToCalendar: "Add to calendar",
  updateCalendar: "Change it in my calendar",
  removeFromCalendar: "Take it out of my calendar",
  too_long: "That message is too long.",
  too_fast: "That was quick. Sending the rest in a moment.",
};

const BASE = "en";
const letters = (tag) => (tag || "").slice(0, 2).toLowerCase();

/** The visitor's language, as a tag such as es-MX: what the page asks for, else the page's own, else the first of the
    browser's that the business speaks; "" for English. */
function spokenBy(settings) {
  const page = document.documentElement.lang;
  const known = (tag) => Object.hasOwn(SPOKEN, letters(tag));
  if (settings.locale || known(page)) return known(settings.locale || page) ? settings.locale || page : "";
  const first = navigator.languages.find((tag) => letters(tag) === BASE || known(tag));
  return known(first) ? first : "";
}

/** The sentences in that language, with the page's own ones in place; a data-strings that is not JSON is ignored, and said so. */
function readStrings(json, language) {
  const strings = { ...STRINGS, ...SPOKEN[letters(language)] };
  try {
    return json ? { ...strings, ...JSON.parse(json) } : strings;
  } catch {
    console.warn("onethread: data-strings is not JSON, the usual sentences are used");
    return strings;
  }
}

/** What the page offers to begin with: data-starters-es in Spanish where it is there, else data-starters. */
function startersOf(settings, language) {
  const [first = "", second = ""] = letters(language);
  return (settings[`starters${first.toUpperCase()}${second}`] || settings.starters || "").split("|").map((words) => words.trim()).filter(Boolean);
}

/** Where somebody stands in line, as a `who` frame says it: {place, minutes: [least, most]}, each null where it is not known. */
function lineWords({ place, minutes }, strings) {
  if (!place) return strings.lineKept;
  if (!minutes) return fill(strings.linePlace, { n: place });
  const [low, high] = minutes;
  if (high <= 1) return fill(strings.lineMinute, { n: place });
  return low === high ? fill(strings.lineAbout, { n: place, minutes: high }) : fill(strings.lineBetween, { n: place, low, high });
}

/** A sentence with its {placeholders} filled. */
function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
