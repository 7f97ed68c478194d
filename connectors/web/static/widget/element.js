// The custom element: joins panel, transcript, store and connection.

const ACK_WITHIN = 10000;
const TRIES = 6;
const TYPING_AT_MOST = 45000;
const LEAVE_LINE = "line:1"; // the server knows these at all times (docs/contracts.md)
const END_CHAT = "chat:1";
const TYPING_EVERY = 3000; // milliseconds between two words to a person that the visitor writes

class OnethreadChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const { server, settings } = this.options;
    const language = spokenBy(settings);
    if (language) this.lang = language;
    this.strings = readStrings(settings.strings, language);
    this.strings = settings.title ? { ...this.strings, title: settings.title } : this.strings;
    this.store = new Store(`onethread:${server.origin}${otherVisitor()}`);
    this.attention = new Attention(this.store);
    const root = this.attachShadow({ mode: "open" });
    this.dress(root, server);
    this.panel = new Panel(root, this.strings, {
      opened: () => this.opened(),
      closed: () => this.store.write("open", false),
      submit: (text) => this.submit({ text }),
      reconnect: () => this.connection.retry(),
      typing: () => this.tellTyping(),
      ends: () => this.submit({ text: this.strings.endChat, choice: END_CHAT }),
      rate: (rating) => this.rate(rating),
      later: (handoff) => this.unrated(handoff),
      sounds: () => this.attention.sound,
      sound: (on) => {
        this.attention.sound = on;
      },
      goOn: () => this.submit({ text: this.strings.goOn, choice: LEAVE_LINE }),
    });
    const locale = settings.locale || language || document.documentElement.lang || undefined;
    this.transcript = new Transcript(this.panel.log, this.strings, locale, {
      choose: (option, button, byKeyboard) => this.choose(option, byKeyboard),
      retry: (id) => this.again(id),
      passed: () => this.panel.input.focus(),
    });
    this.panel.offer(startersOf(settings, language));
    this.connection = new Connection(new URL("/chat", server).href.replace(/^http/, "ws"), {
      hello: () => this.hello(),
      frame: (frame) => this.take(frame),
      state: (state) => this.connectionIs(state),
      tooBig: () => this.flying && this.fail(this.flying, this.strings.too_long),
    });
    this.begin();
  }

  begin() {
    Object.assign(this, { seq: 0, read: 0, told: { received: 0, read: 0 }, unread: new Set(), flying: null, tries: 0, timers: {} });
    this.catchUpTo = 0;
    this.owner = this.place = null;
    for (const item of this.store.queue) this.showPending(item);
    document.addEventListener("visibilitychange", () => {
      this.showUnread();
      this.tellSoon();
    });
    const phone = matchMedia(PHONE).matches;
    this.link = this.linkInAddress();
    window.addEventListener("hashchange", () => this.linkTapped());
    if (location.hash === "#chat") this.panel.openWith(new URLSearchParams(location.search).get("ask"));
    else if (this.store.read("open", false) && !phone) this.panel.open(false);
    // A visitor who never wrote costs nothing: connect only for a known thread, or when the panel opens.
    this.word = this.link ? null : this.options.settings.identity || null;
    if (this.word || this.link || this.store.token || this.store.queue.length) this.connection.start();
  }

  /** The style sheet without a style element: a page's policy need not allow inline styles. */
  dress(root, server) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(h("link", { rel: "stylesheet", href: new URL("/widget.css", server).href }));
    }
  }

  /** The token of a texted link: kept in this page's memory alone, and taken out of the address and the history at once. */
  linkInAddress() {
    if (!location.hash.startsWith("#t=")) return null;
    const token = location.hash.slice(3);
    history.replaceState(null, "", `${location.pathname}${location.search}#chat`);
    return token.slice(0, 100) || null;
  }

  /** A link was tapped while its page was open already. */
  linkTapped() {
    const link = this.linkInAddress();
    if (!link) return;
    this.link = link;
    this.panel.open();
    this.sayHelloAgain();
  }

  /** The embedding page says who its visitor is (docs/identity.md): a fresh JWT of its server. */
  vouch(token) {
    this.word = token;
    this.sayHelloAgain();
  }

  sayHelloAgain() {
    if (this.connection.socket) this.connection.drop();
    this.connection.start();
  }

  open() {
    this.panel.open();
  }

  close() {
    this.panel.close();
  }

  opened() {
    this.store.write("open", true);
    this.connection.retry();
    this.panel.announce("");
    this.tellSoon();
  }

  // -- what comes ----------------------------------------------------------

  hello() {
    this.helloToken = this.store.token;
    // A link only asks whose it is; it is opened by the visitor's yes (a stranger may have sent it).
    const shown = this.word || (this.link && `link.${this.link}`);
    const identity = shown ? { identity: shown } : {};
    return { type: "hello", ...(this.helloToken ? { token: this.helloToken } : {}), last: this.seq, ...identity };
  }

  take(frame) {
    if (frame.type === "welcome") this.welcome(frame);
    else if (frame.type === "link" || frame.code === "not_vouched") this.shownWas(frame);
    else if (frame.type === "message") this.line(frame);
    else if (frame.type === "masked") this.masked(frame);
    else if (frame.type === "ack") this.acknowledged(frame.id);
    else if (frame.type === "who") this.whoHasIt(frame);
    else if (frame.type === "rated") this.rated(frame.id, frame.kept);
    else if (frame.type === "typing") this.typing(frame.on !== false);
    else if (frame.type === "read") this.readUpTo(frame.seq);
    else if (frame.type === "error") this.refused(frame);
  }

  /** What became of the link or word that was shown: a question, or a sentence below the history. */
  shownWas(frame) {
    if (frame.state === "whose") {
      const link = this.link;
      this.panel.ask(frame.text, [
        [this.strings.linkYes, () => this.vouch(`open.${link}`)],
        [this.strings.linkNo, () => this.notMine()],
      ]);
    } else {
      this.transcript.note(frame.text);
      this.panel.toEnd();
    }
    this.link = null;
  }

  /** A PIN that was written here: its figures go from this page and from what it keeps. */
  masked(frame) {
    this.store.change(frame.id, { text: frame.text });
    this.transcript.mask(frame.id, frame.text);
  }

  notMine() {
    this.transcript.note(this.strings.linkRefused);
    if (this.options.settings.identity) this.vouch(this.options.settings.identity);
  }

  welcome(frame) {
    this.word = null; // it counts once
    if (this.store.token && this.store.token !== this.helloToken && this.store.token !== frame.token) {
      this.connection.drop(); // another tab was given a token first: there is one thread, join it
      return;
    }
    if (this.store.token !== frame.token) this.store.token = frame.token;
    if (!frame.resumed || frame.from < this.seq) this.forget();
    this.catchUpTo = frame.seq;
    this.whoHasIt(frame);
    this.readUpTo(frame.read);
    // A history that is replayed is not news: it is not read out.
    this.panel.log.setAttribute("aria-live", frame.seq > this.seq ? "off" : "polite");
    for (const item of this.store.queue) this.showPending(item);
  }

  /** The server does not know the lines we show (they have expired): begin again. */
  forget() {
    this.transcript.clear();
    this.unread.clear();
    Object.assign(this, { seq: 0, read: 0, told: { received: 0, read: 0 } });
  }

  line(frame) {
    if (frame.seq <= this.seq) return;
    const follow = this.panel.atEnd || frame.author === "customer";
    this.seq = frame.seq;
    this.panel.intro.classList.add("used");
    this.transcript.add(frame);
    if (this.seq >= this.catchUpTo) this.transcript.settle(this.inForce, Boolean(this.owner));
    if (frame.author === "customer") {
      if (!this.store.queue.some((item) => item.id === frame.id)) this.transcript.setState(frame.id, "sent");
    } else {
      this.heard(frame);
    }
    if (follow) this.panel.toEnd();
    if (this.seq >= this.catchUpTo) setTimeout(() => this.panel.log.setAttribute("aria-live", "polite"));
    this.tellSoon();
  }

  heard(frame) {
    this.typing(false);
    if (frame.seq > this.read) this.unread.add(frame.seq);
    this.showUnread();
    if (document.visibilityState === "hidden" && frame.seq > Math.max(this.read, this.catchUpTo)) this.attention.chime();
    if (!this.panel.isOpen && frame.seq > this.read) {
      this.panel.announce(fill(this.strings.newMessage, { who: this.transcript.nameOf(frame) }));
    }
  }

  readUpTo(seq) {
    this.read = Math.max(this.read, seq);
    for (const unread of this.unread) if (unread <= seq) this.unread.delete(unread);
    this.showUnread();
  }

  /** On the launcher; and in the title while the visitor looks elsewhere. */
  showUnread() {
    this.panel.setUnread(this.unread.size);
    this.attention.count(document.visibilityState === "hidden" ? this.unread.size : 0);
  }

  /** Who has the conversation now, whatever was said last: a person (perhaps without a name), or the assistant. */
  whoHasIt(frame) {
    this.owner = frame.person ? frame.agent || this.strings.agent : null;
    this.place = frame.line ?? null;
    this.panel.setWho(this.owner, this.place);
    this.inForce = frame.options ?? null;
    this.transcript.settle(this.inForce, Boolean(this.owner));
    this.offerRating(frame.rate);
    this.typing(false);
  }

  /** A talk is rated once; "not now" is remembered by this browser. */
  offerRating(offered) {
    this.panel.rate(offered && offered.handoff !== this.store.read("unrated", "") ? offered : null);
  }

  unrated(handoff) {
    this.store.write("unrated", handoff);
    this.panel.input.focus();
    this.panel.rate(null);
  }

  rate(rating) {
    this.ratingSent = newId();
    if (this.connection.state === "online") this.connection.send({ type: "rate", id: this.ratingSent, ...rating });
    else this.panel.rating.failed(this.strings.rateFailed);
  }

  rated(id, kept) {
    if (id !== this.ratingSent) return;
    this.ratingSent = null;
    this.panel.input.focus();
    this.panel.rate(null);
    this.transcript.note(kept ? this.strings.rateThanks : this.strings.rateRefused);
    this.panel.toEnd();
  }

  /** A person is told that the visitor is writing: not at each letter, and the assistant has no use for it. */
  tellTyping() {
    if (!this.owner || Date.now() - (this.typedAt ?? 0) < TYPING_EVERY) return;
    this.typedAt = Date.now();
    this.connection.send({ type: "typing" });
  }

  typing(on) {
    clearTimeout(this.timers.typing);
    const agent = this.owner;
    this.panel.setTyping(on ? (agent ? fill(this.strings.typingAgent, { agent }) : this.strings.typing) : "");
    if (on) this.timers.typing = setTimeout(() => this.panel.setTyping(""), TYPING_AT_MOST);
  }

  /** Tell the server what has arrived and what is on screen: once for a burst of lines. */
  tellSoon() {
    clearTimeout(this.timers.tell);
    this.timers.tell = setTimeout(() => this.tell(), 120);
  }

  tell() {
    if (this.connection.state !== "online") return;
    const seen = this.panel.isOpen && document.visibilityState === "visible";
    for (const name of seen ? ["received", "read"] : ["received"]) {
      if (this.seq <= this.told[name]) continue;
      this.told[name] = this.seq;
      this.connection.send({ type: name, seq: this.seq });
    }
    if (seen) this.readUpTo(this.seq);
  }

  // -- what goes -----------------------------------------------------------

  /** Queue a message, show it, and send it when its turn comes. item: {text, choice?}. */
  submit(item) {
    // Control characters swell sixfold in JSON and mean nothing: they could make a frame that is refused.
    const text = item.text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
    const whole = { ...item, text, id: newId(), at: new Date().toISOString() };
    this.store.add(whole);
    this.showPending(whole);
    this.panel.intro.classList.add("used");
    this.panel.toEnd();
    this.connection.retry();
    this.flush();
  }

  choose(option, byKeyboard) {
    this.submit({ text: option.title, choice: option.choice });
    // The button that had the focus is disabled now. A keyboard goes on in the composer; a finger wants no keyboard.
    if (byKeyboard) this.panel.input.focus();
    else this.panel.log.focus({ preventScroll: true });
  }

  showPending(item) {
    this.panel.intro.classList.add("used");
    this.transcript.addPending(item);
    const waiting = this.connection.state === "online" ? "sending" : "waiting";
    this.transcript.setState(item.id, item.failed ? "failed" : waiting, item.why);
  }

  /** One at a time, so that the order holds whatever is refused or repeated. */
  flush() {
    const next = this.store.queue.find((item) => !item.failed);
    if (!next || this.flying || this.connection.state !== "online") return;
    this.flying = next.id;
    this.transcript.setState(next.id, "sending");
    const body = next.choice ? { type: "choice", choice: next.choice, title: next.text } : { type: "message", text: next.text };
    this.connection.send({ ...body, id: next.id });
    clearTimeout(this.timers.ack);
    this.timers.ack = setTimeout(() => this.connection.drop(), ACK_WITHIN);
  }

  acknowledged(id) {
    this.store.remove(id);
    this.transcript.setState(id, "sent");
    this.landed(id);
    this.flush();
  }

  landed(id) {
    if (this.flying !== id) return;
    clearTimeout(this.timers.ack);
    this.flying = null;
    this.tries = 0;
  }

  /** too_fast and try_again are sent again by themselves with the same id; the rest would be refused again. */
  refused(frame) {
    if (frame.id && frame.id === this.ratingSent) this.panel.rating.failed(this.strings.rateFailed);
    if (!frame.id || frame.id !== this.flying) return;
    clearTimeout(this.timers.ack);
    this.tries += 1;
    if (!["too_fast", "try_again"].includes(frame.code) || this.tries >= TRIES) {
      this.fail(frame.id, frame.code === "try_again" ? "" : this.strings[frame.code] ?? frame.text);
      return;
    }
    if (frame.code === "too_fast") this.panel.setBar(frame.text || this.strings.too_fast, false);
    const pause = frame.after ? frame.after * 1000 : pauseBefore(this.tries);
    this.timers.ack = setTimeout(() => {
      this.flying = null;
      this.connectionIs(this.connection.state);
    }, pause);
  }

  fail(id, why) {
    this.store.change(id, { failed: true, why });
    this.panel.setWho(this.owner, this.place); // the button of the strip may be tried again
    this.transcript.setState(id, "failed", why);
    this.landed(id);
    this.flush();
  }

  again(id) {
    this.store.change(id, { failed: false });
    this.transcript.setState(id, "waiting");
    this.connection.retry();
    this.flush();
  }

  connectionIs(state) {
    if (state === "offline") {
      if (this.ratingSent) this.panel.rating.failed(this.strings.rateFailed);
      clearTimeout(this.timers.ack);
      this.flying = null;
      this.typing(false);
      for (const item of this.store.queue) if (!item.failed) this.transcript.setState(item.id, "waiting");
    }
    this.dataset.connection = state;
    const trouble = state === "connecting" && this.connection.attempt ? this.strings.connecting : "";
    const words = { offline: this.strings.offline, elsewhere: this.strings.elsewhere }[state] ?? trouble;
    this.panel.setBar(words, state === "offline" || state === "elsewhere");
    if (state === "online") {
      this.tellSoon();
      this.flush();
    }
  }
}

/** Put the widget on the page of the script that is running. */
function embed(script) {
  OnethreadChat.prototype.options = { server: new URL(script.src), settings: { ...script.dataset } };
  if (!customElements.get("onethread-chat")) customElements.define("onethread-chat", OnethreadChat);
  const place = () => {
    if (document.querySelector("onethread-chat")) return;
    const chat = document.createElement("onethread-chat");
    const { theme, position, dir } = script.dataset;
    Object.assign(chat.dataset, { ...(theme ? { theme } : {}), ...(position ? { position } : {}) });
    if (dir || document.documentElement.dir) chat.dir = dir || document.documentElement.dir;
    document.body.append(chat);
    // Any element of the page may open the chat: <a href="#chat" data-onethread-open>.
    document.addEventListener("click", (event) => {
      const opener = event.target instanceof Element && event.target.closest("[data-onethread-open]");
      if (!opener) return;
      event.preventDefault();
      chat.open();
    });
  };
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
}

embed(document.currentScript);
