// The form above the composer by which a visitor rates a talk with a person that is over. It asks once, and takes no focus.

const SCORES = [1, 2, 3, 4, 5];
const MAX_RATED = 500;

class Rating {
  /** on: {rate({handoff, score, text}), later(handoff)}. */
  constructor(strings, on) {
    Object.assign(this, { strings, on, handoff: null });
    this.legend = h("legend", { dir: "auto" });
    this.scores = h("div", { class: "scores" }, ...SCORES.map((score) => this.score(score)));
    this.text = h("textarea", { id: "rated", rows: "2", maxlength: String(MAX_RATED), dir: "auto", autocomplete: "off" });
    this.words = h("div", { class: "words", hidden: true }, h("label", { for: "rated" }, strings.rateWords), this.text);
    this.send = h("button", { type: "submit", class: "option" }, strings.rateSend);
    this.send.disabled = true;
    const later = h("button", { type: "button", class: "option", onclick: () => this.on.later(this.handoff) }, strings.rateLater);
    this.trouble = h("p", { class: "trouble", role: "status" });
    this.root = h("form", { class: "question rating", hidden: true, onsubmit: (event) => this.submit(event) },
      h("fieldset", {}, this.legend, this.scores), this.words, this.trouble, h("div", { class: "options" }, this.send, later));
  }

  score(score) {
    const { ratePoor, rateGood } = this.strings;
    const meaning = score === SCORES[0] ? ratePoor : score === SCORES.at(-1) ? rateGood : "";
    const radio = h("input", { type: "radio", name: "score", value: String(score), onchange: () => this.chosen() });
    return h("label", { class: "score" }, radio, h("span", {}, String(score)), h("span", { class: "meaning" }, meaning));
  }

  /** Words are asked for once a score says that there is something to say. */
  chosen() {
    this.words.hidden = this.send.disabled = false;
  }

  /** `offered`: {handoff, agent} as a `who` frame says it, or null. The same one again leaves what is being written; whether it is new. */
  show(offered) {
    const before = this.handoff;
    this.handoff = offered?.handoff ?? null;
    if (this.handoff === before) return false;
    this.root.reset();
    this.root.hidden = !this.handoff;
    this.words.hidden = this.send.disabled = true;
    this.trouble.textContent = "";
    this.legend.textContent = offered ? fill(this.strings.rateAsk, { agent: offered.agent ?? this.strings.agent }) : "";
    return Boolean(this.handoff);
  }

  submit(event) {
    event.preventDefault();
    const score = Number(new FormData(this.root).get("score"));
    if (!score || this.send.disabled) return;
    this.send.disabled = true;
    this.trouble.textContent = "";
    this.on.rate({ handoff: this.handoff, score, text: this.text.value.trim() });
  }

  /** It was not taken: what was written stays, to be sent again. */
  failed(why) {
    this.send.disabled = false;
    this.trouble.textContent = why;
  }
}
