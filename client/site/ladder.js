// Every game's opponents, easiest first.

import { ask, games } from "./api.js";
import { bars, called, colour, counted, el, rated, strip } from "./dom.js";

export async function ladder() {
  const [listed, known] = await Promise.all([ask("opponents"), games()]);
  const names = [...new Set([...Object.keys(known), ...listed.map((one) => one.game)])];
  const rooms = names.map((game) => room(known[game] ?? { title: game, tagline: "" }, listed.filter((one) => one.game === game)));
  return { title: "Ladder", node: el("div", {}, el("h1", {}, "The ladder"),
    el("p", { class: "lead" }, "Every opponent is a trained model, and every model is a function of its own."),
    el("div", { class: "rooms" }, rooms), opener()) };
}

function room(game, listed) {
  return el("section", { class: "panel" },
    el("header", { class: "heading" }, el("h2", {}, game.title), el("p", {}, game.tagline)),
    listed.length ? el("ol", { class: "cards" }, listed.map(card)) : el("p", { class: "quiet" }, "Nobody is deployed."));
}

function card(one) {
  const tint = colour(one.colour);
  return el("li", {}, el("a", { class: "card", href: `#opponent=${encodeURIComponent(one.name)}` }, strip(tint),
    el("span", { class: "who" }, el("strong", {}, called(one.title)),
      el("small", {}, el("code", {}, one.name), ` v${one.version}`, one.author ? [" by ", called(one.author)] : null)),
    el("span", { class: "worth" }, bars(one.difficulty, tint), el("span", {}, rated(one)),
      el("small", {}, one.games ? counted(one.games, "match", "matches") : ""))));
}

/** Return the form that opens a record by its id. */
export function opener() {
  const input = el("input", { id: "match", required: true, maxlength: 128, pattern: "[0-9A-Za-z_\\-]+", autocomplete: "off", spellcheck: "false", title: "letters, digits, - and _" });
  const open = (event) => {
    event.preventDefault();
    location.hash = `record=${encodeURIComponent(input.value)}&move=0`;
  };
  return el("form", { class: "panel open", submit: open }, el("label", { for: "match" }, "Watch a match: its id, as ", el("code", {}, "lambda-arcade records show"), " tells it"),
    el("div", { class: "row" }, input, el("button", { type: "submit" }, "Open")));
}
