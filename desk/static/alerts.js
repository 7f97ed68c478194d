// That somebody wrote: a sound and a notification of the desktop, each only where the agent wants it (settings). No words of
// customers are shown outside the desk. The count in the title is desk.js's own.

const desk = document.querySelector("main.desk");
let sound = null; // browsers let a page sound only after somebody has pressed something on it

function listen() {
  sound ??= window.AudioContext ? new AudioContext() : null;
  if (sound?.state === "suspended") sound.resume().catch(() => {});
}

function tone(at, pitch) {
  const note = sound.createOscillator(), volume = sound.createGain();
  note.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.16, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  note.connect(volume).connect(sound.destination);
  note.start(at);
  note.stop(at + 0.36);
}

function ring() {
  if (sound?.state !== "running") return;
  tone(sound.currentTime, 660);
  tone(sound.currentTime + 0.13, 880);
  document.dispatchEvent(new Event("desk-rang"));
}

function notify({ id, who, mine }) {
  if (!window.Notification || Notification.permission !== "granted" || document.hasFocus()) return;
  const shown = new Notification(`${who} ${mine ? desk.dataset.wrote : desk.dataset.waits}`, { tag: id, icon: "/desk/static/icon.svg" });
  shown.onclick = () => {
    focus();
    location.assign(`/desk/handoffs/${id}`);
  };
}

for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, listen, { capture: true });

document.addEventListener("desk-calls", ({ detail }) => {
  if (desk.dataset.sound === "1") ring();
  if (desk.dataset.desktop === "1") detail.slice(0, 3).forEach(notify);
});

// ---- Settings: hear it, and ask the browser; it is never asked by itself ---------------------------------------------

function said(key) {
  const place = document.querySelector("[data-alert-said]");
  place.textContent = place.dataset[key];
}

async function allow() {
  if (!window.Notification) return said("none");
  const answer = await Notification.requestPermission();
  said(answer === "granted" ? "allowed" : "denied");
  if (answer === "granted") document.querySelector("[name=alert_desktop]").checked = true;
}

for (const row of document.querySelectorAll("[data-script]")) row.hidden = false;
document.addEventListener("click", async ({ target }) => {
  const what = target.closest("[data-alert-try]")?.dataset.alertTry;
  if (what === "desktop") await allow();
  if (what !== "sound") return;
  listen();
  await sound?.resume();
  ring();
});
