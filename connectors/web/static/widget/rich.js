// What goes with a line besides words: cards, links, places, dates, tables. Each has its form on other channels, too.

const SAFE = /^(https?:\/\/|tel:\+)/;

/** The elements for a line. `button` makes the button of an option. */
function richOf(line, strings, locale, button) {
  return [
    line.cards?.length ? cardsOf(line.cards, strings, button) : null,
    ...(line.tables ?? []).map((table) => tableOf(table)),
    ...(line.dates ?? []).map((moment) => momentOf(moment, strings, locale)),
    ...(line.locations ?? []).map((place) => placeOf(place, strings)),
    line.links?.length ? h("div", { class: "links" }, ...line.links.map((link) => anchor(link, strings, "option"))) : null,
  ].filter(Boolean);
}

function anchor(link, strings, name = "") {
  if (!SAFE.test(link.url)) return null;
  const phone = link.url.startsWith("tel:");
  const where = phone ? {} : { target: "_blank", rel: "noopener noreferrer nofollow" };
  return h("a", { class: name, href: link.url, dir: "auto", ...where }, link.title,
    phone ? null : h("span", { class: "unseen" }, ` ${strings.opensNew}`));
}

/** Side by side, to be swiped or scrolled with the arrow keys. */
function cardsOf(cards, strings, button) {
  const list = h("ul", { class: "cards", role: "list", tabindex: "0", "aria-label": strings.cards });
  for (const card of cards) {
    const picture = card.image && SAFE.test(card.image) ? h("img", { src: card.image, alt: "", loading: "lazy" }) : null;
    const choices = [...(card.link ? [anchor(card.link, strings, "option")] : []), ...card.options.map((o) => button(o, card.title))];
    list.append(h("li", { class: "card" }, picture, h("strong", { dir: "auto" }, card.title),
      card.text ? h("span", { dir: "auto" }, card.text) : null, choices.length ? h("div", { class: "options" }, ...choices) : null));
  }
  return list;
}

function tableOf(table) {
  const head = h("tr", {}, ...table.columns.map((name) => h("th", { scope: "col" }, name)));
  const rows = table.rows.map(([first, ...cells]) =>
    h("tr", {}, h("th", { scope: "row" }, first), ...cells.map((cell) => h("td", {}, cell))));
  return h("div", { class: "table", tabindex: "0" }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
}

function placeOf(place, strings) {
  const ways = [
    place.url ? anchor({ title: strings.map, url: place.url }, strings) : null,
    place.tel ? anchor({ title: place.tel, url: `tel:${place.tel.replace(/[^+\d]/g, "")}` }, strings) : null,
  ];
  return h("div", { class: "bubble fact" }, h("strong", { dir: "auto" }, place.name),
    place.address ? h("span", { dir: "auto" }, place.address) : null, h("span", { class: "ways" }, ...ways));
}

/** The business's own time, as it wrote it: a branch opens at its own nine o'clock wherever the reader is. */
function momentOf(moment, strings, locale) {
  const day = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  const full = moment.all_day ? day : { ...day, hour: "numeric", minute: "2-digit" };
  const format = new Intl.DateTimeFormat(locale, full);
  const [start, end] = [moment.start, moment.end].map((at) => (at ? new Date(`${at.slice(0, 19)}Z`) : null));
  const words = end > start ? format.formatRange(start, end) : format.format(start);
  return h("div", { class: "bubble fact" }, moment.title ? h("strong", { dir: "auto" }, moment.title) : null,
    h("time", { datetime: moment.all_day ? moment.start.slice(0, 10) : moment.start }, words),
    moment.place ? h("span", { dir: "auto" }, moment.place) : null,
    h("span", { class: "ways" }, moment.file ? calendarLink(moment, strings) :
      h("button", { type: "button", class: "keep", onclick: () => download(moment) }, strings.addToCalendar)));
}

/** The server's own file, which a phone's calendar opens by itself: it knows an earlier one of the same date. */
function calendarLink(moment, strings) {
  const words = { add: strings.addToCalendar, update: strings.updateCalendar, remove: strings.removeFromCalendar };
  const { server } = OnethreadChat.prototype.options;
  return h("a", { class: "keep", href: new URL(moment.file, server).href, rel: "noopener noreferrer nofollow" }, words[moment.change]);
}

/** A calendar file (RFC 5545); a time without an offset stays a local time. */
function download(moment) {
  const text = calendarFile(moment, `${crypto.randomUUID?.() ?? Date.now()}@onethread`, new Date());
  const url = URL.createObjectURL(new Blob([text], { type: "text/calendar" }));
  h("a", { href: url, download: "event.ics" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function calendarFile(moment, uid, now) {
  const escape = (text) => text.replace(/[\\,;]/g, "\\$&").replace(/\n/g, "\\n");
  const utc = (date) => date.toISOString().replace(/[-:]|\.\d+/g, "");
  const stamp = (name, at) => {
    if (moment.all_day) return `${name};VALUE=DATE:${at.slice(0, 10).replaceAll("-", "")}`;
    const zoned = /(Z|[+-]\d\d:\d\d)$/.test(at);
    return `${name}:${zoned ? utc(new Date(at)) : at.slice(0, 19).replace(/[-:]/g, "")}`;
  };
  return [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Onethread//EN", "BEGIN:VEVENT", `UID:${uid}`, `DTSTAMP:${utc(now)}`,
    stamp("DTSTART", moment.start), ...(moment.end ? [stamp("DTEND", moment.end)] : []), `SUMMARY:${escape(moment.title || moment.words)}`,
    ...(moment.place ? [`LOCATION:${escape(moment.place)}`] : []), "END:VEVENT", "END:VCALENDAR", "",
  ].join("\r\n");
}
