// The transcript: lines in groups by author, day marks, options, and the customer's messages on their way.

const SAME_GROUP = 5 * 60 * 1000;

class Transcript {
  /** on: {choose(option, button, byKeyboard), retry(id), passed()}. `log` is the live region that all goes into. */
  constructor(log, strings, locale, on) {
    this.strings = strings;
    this.locale = locale;
    this.on = on;
    this.done = h("div", { class: "done" });
    this.pending = h("div", { class: "pending" });
    this.notes = h("div", { class: "group notice" });
    log.append(this.done, this.pending, this.notes);
    this.clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
    this.calendar = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
    this.bubbles = new Map(); // the customer's, by client id
    this.clear();
  }

  clear() {
    this.done.replaceChildren();
    this.group = null;
    this.day = "";
    this.agent = null; // the person who spoke last, null for the assistant
    this.lastText = "";
  }

  get empty() {
    return !this.done.childElementCount && !this.pending.childElementCount;
  }

  /** A line from the server, in order. Gives the customer's own bubble its place. */
  add(line) {
    const at = new Date(line.at);
    this.markDay(at);
    this.markWho(line);
    const waiting = line.author === "customer" ? this.bubbles.get(line.id) : null;
    const bubble = waiting ?? this.bubble(line);
    if (line.choice) this.markChosen(line.choice);
    const rich = richOf(line, this.strings, this.locale, (option, about) => this.button(option, line.at, about));
    const options = line.options.length ? [this.optionsOf(line)] : [];
    this.groupFor(line, at).append(...(line.text || line.media.length || waiting ? [bubble] : []), ...rich, ...options);
    if (line.author === "customer" && !waiting) this.bubbles.set(line.id, bubble);
    this.lastText = line.text;
  }

  /** The customer's message before the server has it; state: sending, waiting, sent or failed. */
  addPending(item) {
    if (this.bubbles.has(item.id)) return;
    const bubble = this.bubble({ author: "customer", text: item.text, media: [] });
    this.bubbles.set(item.id, bubble);
    this.pending.append(bubble);
    if (item.choice) this.markChosen(item.choice);
  }

  /** Other words for a line of the customer's. */
  mask(id, words) {
    const text = this.bubbles.get(id)?.querySelector(".text");
    if (text) text.textContent = words;
    this.lastText = "";
  }

  /** A sentence for this page alone: nobody said it, and it is not kept. */
  note(words) {
    this.notes.replaceChildren(h("div", { class: "bubbles" }, this.bubble({ author: "notice", text: words, media: [] })));
  }

  setState(id, state, why = "") {
    const bubble = this.bubbles.get(id);
    if (!bubble) return;
    bubble.querySelector(".state")?.remove();
    bubble.dataset.state = state;
    if (state === "sent") this.done.querySelectorAll(".bubble[data-state='sent'] .state").forEach((old) => old.remove());
    const words = this.strings[state];
    const again = () => this.on.retry(id);
    bubble.append(
      h("span", { class: "state" }, state === "sent" ? icon("check") : null, state === "failed" && why ? `${words} ${why}` : words,
        state === "failed" ? h("button", { type: "button", class: "again", onclick: again }, this.strings.retry) : null),
    );
  }

  bubble(line) {
    const media = line.media.map((item) => this.media(item));
    const words = line.text ? [h("span", { class: "text", dir: "auto" }, ...linked(line.text, this.strings))] : [];
    return h("div", { class: `bubble ${line.author}` }, h("span", { class: "unseen" }, `${this.nameOf(line)}: `), ...words, ...media);
  }

  media(item) {
    if (!/^https?:\/\//.test(item.url)) return "";
    const words = `${this.strings.attachment} `;
    const inside = item.content_type.startsWith("image/")
      ? h("img", { src: item.url, alt: item.title || this.strings.attachment, loading: "lazy" })
      : item.title || words;
    return h("a", { class: "media", href: item.url, target: "_blank", rel: "noopener noreferrer nofollow" }, inside,
      h("span", { class: "unseen" }, this.strings.opensNew));
  }

  optionsOf(line) {
    const box = h("div", { class: "options", role: "group", "aria-label": this.strings.options });
    box.append(...line.options.map((option) => this.button(option, line.at)));
    return box;
  }

  /** `about`: the card it stands on, for ears. */
  button(option, at, about = "") {
    const words = about && about !== option.title ? h("span", { class: "unseen" }, ` (${about})`) : null;
    const button = h("button", { type: "button", class: "option", "data-choice": option.choice,
      "data-answer": Boolean(option.answer), "data-at": at, dir: "auto" }, option.title, words);
    button.addEventListener("click", (event) => this.on.choose(option, button, event.detail === 0));
    return button;
  }

  /** One of a menu was chosen, here or in another tab: all its buttons rest, and the chosen one shows it. */
  markChosen(choice) {
    const menu = choice.slice(0, choice.lastIndexOf(":") + 1);
    for (const button of this.done.querySelectorAll("button.option")) {
      if (!button.dataset.choice?.startsWith(menu) || (button.disabled && !button.classList.contains("passed"))) continue;
      this.rest(button, false);
      button.disabled = true;
      if (button.dataset.choice !== choice) continue;
      button.classList.add("chosen");
      button.append(icon("check"), h("span", { class: "unseen" }, ` (${this.strings.chosen})`));
    }
  }

  /** What a tap would not carry out any more looks so; what is in force again, too. `options`: as a `who` frame says it, null for
   *  nothing known; `person`: somebody has the conversation, and the assistant carries out nothing. */
  settle(options, person) {
    const buttons = [...this.done.querySelectorAll("button[data-choice]")];
    const menus = buttons.map((button) => button.dataset.choice.split(":")[0]);
    const judged = menus.lastIndexOf(options?.newest); // what came after it, the server did not know of yet
    buttons.forEach((button, place) => {
      if (button.disabled && !button.classList.contains("passed")) return; // its menu was answered
      const { answer, at } = button.dataset;
      const over = answer !== undefined && place <= judged && !options.asked.includes(menus[place]);
      this.rest(button, person || over || at < (options?.since ?? ""));
    });
  }

  rest(button, over) {
    if (over === button.disabled) return;
    if (over && button.matches(":focus")) this.on.passed();
    button.disabled = over;
    button.classList.toggle("passed", over);
    if (over) button.append(h("span", { class: "unseen why" }, ` (${this.strings.passed})`));
    else button.querySelector(".why")?.remove();
  }

  markDay(at) {
    const day = at.toDateString();
    if (day === this.day) return;
    this.day = day;
    this.group = null;
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
    const words = days === 0 ? this.strings.today : days === 1 ? this.strings.yesterday : this.calendar.format(at);
    this.done.append(h("div", { class: "mark" }, h("span", {}, words)));
  }

  /** Say who is talking when that changes, unless a notice has just said it. */
  markWho(line) {
    if (line.author === "notice" && line.agent) this.agent = line.agent; // "Sam has joined": said by the notice itself
    if (line.author !== "bot" && line.author !== "agent") return;
    const agent = line.author === "agent" ? line.agent || this.strings.agent : null;
    if (agent === this.agent) return;
    this.agent = agent;
    this.group = null;
    const words = agent ? fill(this.strings.nowAgent, { agent }) : this.strings.nowAssistant;
    if (!agent || !this.lastText.includes(agent)) this.done.append(h("div", { class: "mark" }, h("span", { dir: "auto" }, words)));
  }

  groupFor(line, at) {
    const key = `${line.author}:${line.agent ?? ""}`;
    if (this.group?.key === key && at - this.group.at < SAME_GROUP) return this.group.body;
    const body = h("div", { class: "bubbles" });
    const head = h("div", { class: "head" }, h("span", { "aria-hidden": "true", dir: "auto" }, this.nameOf(line)),
      h("time", { datetime: line.at }, this.clock.format(at)));
    this.done.append(h("div", { class: `group ${line.author}` }, head, body));
    this.group = { key, at, body };
    return body;
  }

  nameOf(line) {
    if (line.author === "customer") return this.strings.you;
    if (line.author === "agent") return line.agent || this.strings.agent;
    return line.author === "bot" ? this.strings.assistant : this.strings.title;
  }
}
