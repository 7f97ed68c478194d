// For a visitor who looks elsewhere: how many answers are unread stands in the page's title, and a sound is made if they want one.

const TOGETHER = 1500; // milliseconds: a burst of answers, or all tabs of a visitor, sound once
const TONES = [[660, 0], [880, 0.12]]; // hertz, and when: seconds from the beginning

class Attention {
  constructor(store) {
    this.store = store;
    this.mark = "";
  }

  /** Off until the visitor wants it; this browser remembers it. */
  get sound() {
    return this.store.read("sound", false) === true;
  }

  /** A browser lets a page sound only after its visitor touched it, so the first one sounds at once. */
  set sound(on) {
    this.store.write("sound", on);
    if (on) this.play();
  }

  /** "(2) Harbour Bank"; 0 takes it away. The rest of the title is the page's, whatever it makes of it meanwhile. */
  count(unread) {
    const { title } = document;
    const plain = title === this.mark.trim() ? "" : title.startsWith(this.mark) ? title.slice(this.mark.length) : title;
    this.mark = unread ? `(${unread}) ` : "";
    if (title !== this.mark + plain) document.title = this.mark + plain;
  }

  chime() {
    const now = Date.now();
    if (!this.sound || now - this.store.read("sounded", 0) < TOGETHER) return;
    this.store.write("sounded", now);
    this.play();
  }

  /** Two short tones, made here: a page's policy need not allow a file. A browser that refuses stays silent. */
  play() {
    const Context = window.AudioContext;
    if (!Context) return;
    this.context ??= new Context();
    this.context.resume().catch(() => {});
    for (const [hertz, after] of TONES) {
      const at = this.context.currentTime + after;
      const [tone, volume] = [this.context.createOscillator(), this.context.createGain()];
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.12, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
      tone.connect(volume).connect(this.context.destination);
      tone.start(at);
      tone.stop(at + 0.2);
    }
  }
}
