// The visible frame: launcher, dialog, header, log, composer. It knows nothing of the socket.

const PHONE = "(max-width: 480px)";
const MAX_TEXT = 2000;
const WARN_BELOW = 200;

class Panel {
  /** on: {opened(), closed(), submit(text), reconnect(), typing(), goOn(), sounds() -> on,
   *  sound(on), ends(), rate(rating), later(handoff)}. */
  constructor(root, strings, on) {
    this.root = root;
    this.strings = strings;
    this.on = on;
    this.announcer = h("div", { class: "unseen", role: "status" });
    root.append(this.buildLauncher(), this.buildDialog(), this.announcer);
    window.visualViewport?.addEventListener("resize", () => this.fitKeyboard());
  }

  buildLauncher() {
    this.badge = h("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => this.toggle() },
      icon("chat", true), h("span", { class: "launcher-words", "aria-hidden": "true" }, this.strings.launcher), this.badge,
    );
    this.setUnread(0);
    return this.launcher;
  }

  buildDialog() {
    this.status = h("p", { class: "status", dir: "auto" }, this.strings.statusAssistant);
    this.avatar = h("span", { class: "avatar", "aria-hidden": "true" }, icon("anchor"));
    const close = h("button", { type: "button", class: "round", "aria-label": this.strings.close, onclick: () => this.close() }, icon("down"));
    const header = h("header", { role: "none" }, this.avatar, h("div", { class: "titles" }, h("h2", { id: "title" }, this.strings.title), this.status),
      this.buildMenu().root, close);
    this.dialog = h("dialog", { "aria-labelledby": "title", class: "panel" }, header, this.buildBar(), this.buildStrip(), this.buildLog(), this.buildQuestion(), this.buildRating(), this.buildComposer());
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      this.close();
    });
    return this.dialog;
  }

  buildMenu() {
    const { sound, endChat } = this.strings;
    const ends = menuDeed(endChat, () => this.askToEnd());
    this.menu = new Menu(this.strings, [menuSwitch(sound, this.on.sounds(), (on) => this.on.sound(on)), ends]);
    return this.menu;
  }

  buildBar() {
    this.barWords = h("span", {});
    this.barButton = h("button", { type: "button", onclick: () => this.on.reconnect() }, this.strings.reconnect);
    this.bar = h("div", { class: "bar", role: "status" }, this.barWords);
    return this.bar;
  }

  /** While they wait for a person: their place, and the way back to the assistant. Only the words are read out when they change. */
  buildStrip() {
    this.stripWords = h("span", { role: "status", dir: "auto" });
    this.stripButton = h("button", { type: "button", onclick: () => {
      this.stripButton.disabled = true;
      this.input.focus();
      this.on.goOn();
    } }, this.strings.goOn);
    this.strip = h("div", { class: "bar strip" }, this.stripWords, this.stripButton);
    return this.strip;
  }

  buildLog() {
    this.intro = h("div", { class: "intro" }, h("p", { class: "hello" }, this.strings.greeting), h("p", {}, this.strings.disclosure));
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": this.strings.conversation, tabindex: "0" }, this.intro);
    this.dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typingWords = h("span", {});
    this.typing = h("div", { class: "typing", hidden: true }, this.dots, this.typingWords);
    this.scroller = h("div", { class: "scroller" }, this.log, this.typing);
    return this.scroller;
  }

  /** A question of the page itself, above the composer: it is answered here and is no part of the conversation. */
  buildQuestion() {
    this.question = h("div", { class: "question", role: "group", "aria-labelledby": "question", tabindex: "-1", hidden: true });
    return this.question;
  }

  askToEnd() {
    const { endAsk, endYes, endNo } = this.strings;
    this.ask(endAsk, [[endYes, () => this.on.ends()], [endNo, () => {}]]);
  }

  /** answers: [[words, what to do], ...]; the question goes away with the answer. */
  ask(words, answers) {
    const buttons = answers.map(([title, answer]) =>
      h("button", { type: "button", class: "option", onclick: () => {
        this.question.hidden = true;
        this.input.focus();
        answer();
      } }, title));
    this.question.replaceChildren(h("p", { id: "question", dir: "auto" }, words), h("div", { class: "options" }, ...buttons));
    this.question.hidden = false;
    if (this.isOpen) this.question.focus({ preventScroll: true });
  }

  buildRating() {
    this.rating = new Rating(this.strings, this.on);
    return this.rating.root;
  }

  /** Ask for a rating of the talk that is over, or stop asking. */
  rate(offered) {
    const follow = this.atEnd;
    if (this.rating.show(offered)) this.announce(this.rating.legend.textContent);
    if (follow) this.toEnd();
  }

  buildComposer() {
    this.input = h("textarea", {
      id: "compose", rows: "1", maxlength: String(MAX_TEXT), enterkeyhint: "send", placeholder: this.strings.compose, dir: "auto",
      autocomplete: "off", "aria-describedby": "left",
    });
    this.left = h("p", { class: "left", id: "left" });
    this.button = h("button", { type: "submit", class: "send", "aria-label": this.strings.send, disabled: true }, icon("send", true));
    this.input.addEventListener("input", () => {
      this.fit();
      if (this.input.value) this.on.typing();
    });
    this.input.addEventListener("keydown", (event) => {
      // The Enter that ends an input method's composition sends nothing; Safari tells it by its old code only.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    const label = h("label", { for: "compose", class: "unseen" }, this.strings.compose);
    const onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
    return h("form", { class: "composer", onsubmit }, label, this.input, this.button, this.left);
  }

  /** Starters for an empty thread: buttons that send their own words. */
  offer(starters) {
    const buttons = starters.map((words) =>
      h("button", { type: "button", class: "option", dir: "auto", onclick: () => this.say(words) }, words));
    if (buttons.length) this.intro.append(h("div", { class: "options starters", role: "group", "aria-label": this.strings.options }, ...buttons));
  }

  say(words) {
    this.on.submit(words);
    this.input.focus();
  }

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.fit();
    this.on.submit(text);
  }

  /** The composer grows with its text (the style sheet caps it); few characters left are said. */
  fit() {
    const left = MAX_TEXT - this.input.value.length;
    this.button.disabled = !this.input.value.trim();
    this.left.textContent = left < WARN_BELOW ? fill(this.strings.left, { n: left }) : "";
    this.input.style.blockSize = "auto";
    this.input.style.blockSize = `${this.input.scrollHeight + 2}px`;
  }

  /** On a phone the dialog is the whole screen; keep the composer above the keyboard. */
  fitKeyboard() {
    const phone = matchMedia(PHONE).matches && this.isOpen;
    this.dialog.style.blockSize = phone ? `${window.visualViewport.height}px` : "";
    this.toEnd();
  }

  get isOpen() {
    return this.dialog.open;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** `focus` false: opened again after a reload, where the page keeps the focus. */
  open(focus = true) {
    if (this.isOpen) return;
    const before = document.activeElement;
    // On a phone nothing behind the sheet may be reached: a modal dialog makes the rest inert.
    if (matchMedia(PHONE).matches) this.dialog.showModal();
    else this.dialog.show();
    this.launcher.setAttribute("aria-expanded", "true");
    this.root.host.dataset.open = "";
    if (focus) this.input.focus();
    else if (before === document.body) this.root.activeElement?.blur();
    else before?.focus();
    this.toEnd();
    this.on.opened();
  }

  /** Opened by a link that brings words along: they stand in the box, to be sent or changed; what was typed there stays. */
  openWith(words) {
    this.open();
    if (!words || this.input.value) return;
    this.input.value = words.slice(0, 300);
    this.input.dispatchEvent(new Event("input"));
  }

  /** Closes and gives the focus back to the launcher. */
  close() {
    if (!this.isOpen) return;
    this.dialog.close();
    this.launcher.setAttribute("aria-expanded", "false");
    delete this.root.host.dataset.open;
    this.launcher.focus();
    this.on.closed();
  }

  setUnread(count) {
    const { launcher, unreadOne, unreadMany } = this.strings;
    const words = count === 1 ? unreadOne : fill(unreadMany, { n: count });
    this.launcher.setAttribute("aria-label", count ? `${launcher}, ${words}` : launcher);
    this.badge.hidden = !count;
    this.badge.textContent = count > 99 ? "99+" : String(count || "");
  }

  /** Who answers: a person's name, or null for the assistant; `line`: where they wait for a person, if they do. */
  setWho(agent, line) {
    const { statusAgent, statusWaiting, statusAssistant } = this.strings;
    this.status.textContent = agent ? fill(statusAgent, { agent }) : line ? statusWaiting : statusAssistant;
    this.setStrip(line ? lineWords(line, this.strings) : "", line?.by_phone);
    this.avatar.replaceChildren(agent ? [...agent][0].toUpperCase() : icon("anchor"));
    this.avatar.classList.toggle("person", Boolean(agent));
  }

  /** A sentence about the connection, or "" when all is well. */
  setBar(words, canRetry) {
    this.bar.classList.toggle("shown", Boolean(words));
    this.barWords.textContent = words;
    if (words && canRetry) this.bar.append(this.barButton);
    else this.barButton.remove();
  }

  /** `byPhone`: the line is left on the phone alone. */
  setStrip(words, byPhone) {
    const follow = this.atEnd; // it takes room from the thread
    this.strip.classList.toggle("shown", Boolean(words));
    if (this.stripWords.textContent !== words) this.stripWords.textContent = words;
    this.stripButton.disabled = !words;
    this.stripButton.hidden = Boolean(byPhone);
    if (follow) this.toEnd();
  }

  setTyping(words) {
    this.typing.hidden = !words;
    this.typingWords.textContent = words;
    if (words) this.toEnd();
  }

  /** For ears, while the panel is closed. */
  announce(words) {
    this.announcer.textContent = words;
  }

  get atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}
