// One opponent: what it is, what was measured of it, and which of its versions answer.

import { Problem, ask, games } from "./api.js";
import { bars, called, colour, counted, el, rated, strip } from "./dom.js";

const MOST = 300;

export async function opponent(name) {
  const [listed, known] = await Promise.all([ask("opponents"), games()]);
  const one = listed.find((item) => item.name === name);
  if (!one) throw new Problem("Nobody of this name is deployed. The ladder shows who is.");
  const learned = el("div", {});
  const node = el("article", {}, header(one, known[one.game]?.title ?? one.game),
    el("div", { class: "rooms" }, measures(one), versions(one)), learned);
  tellLearned(one, learned);
  return { title: one.title, node };
}

function header(one, game) {
  const tint = colour(one.colour);
  return el("header", { class: "panel person-card" }, strip(tint),
    el("div", {}, el("p", { class: "label" }, game), el("h1", {}, called(one.title)),
      el("p", {}, el("code", {}, one.name), one.author ? [" by ", called(one.author)] : null),
      one.algorithm ? el("p", { class: "lead" }, one.algorithm) : null),
    el("div", { class: "worth" }, bars(one.difficulty, tint), el("span", { class: "big" }, rated(one)),
      el("small", {}, one.games ? counted(one.games, "rated match", "rated matches") : "from its model's card")));
}

function measures(one) {
  const found = Object.entries(one.measured ?? {});
  const rows = found.map(([what, mean]) => el("tr", {}, el("th", { scope: "row" }, what.replaceAll("_", " ")), el("td", { class: "figure" }, mean)));
  return el("section", { class: "panel" }, el("h2", {}, "Measured"),
    rows.length ? el("table", { class: "facts" }, el("tbody", {}, rows)) : el("p", { class: "quiet" }, "Nothing was measured of it."),
    el("p", { class: "quiet" }, rows.length ? "Means, from the evaluation that its model passed." : ""));
}

function versions(one) {
  const shares = { [one.version]: 1 - Object.values(one.weights ?? {}).reduce((sum, weight) => sum + weight, 0), ...one.weights };
  const rows = Object.entries(shares).map(([version, share]) => el("tr", {}, el("th", { scope: "row" }, `version ${version}`),
    el("td", { class: "figure" }, `${Math.round(share * 100)} %`), el("td", {}, el("code", {}, called(`${one.name}@${version}`)))));
  const price = one.price?.move_usd == null ? null : el("p", { class: "quiet" }, `A move costs ${(one.price.move_usd * 1e6).toFixed(2)} $ a million on AWS, and each millisecond ${(one.price.ms_usd * 1e6).toFixed(4)} $ more.`);
  return el("section", { class: "panel" }, el("h2", {}, "Versions that answer"),
    el("table", {}, el("thead", {}, el("tr", {}, ["version", "new matches", "pinned as"].map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, rows)),
    one.sha256 ? el("p", { class: "quiet" }, "model ", el("code", { class: "hash" }, one.sha256)) : null, price);
}

/** Fill `place` with what the function says it was trained on; asking starts it, so nobody waits for it. */
async function tellLearned(one, place) {
  let data;
  try {
    data = (await ask(`opponents/${encodeURIComponent(one.name)}`)).trained_on;
  } catch {
    return;
  }
  if (!data || typeof data !== "object") return;
  const rows = Object.entries(data).map(([what, value]) => el("tr", {}, el("th", { scope: "row" }, what.replaceAll("_", " ")), el("td", {}, short(value))));
  place.append(el("section", { class: "panel" }, el("h2", {}, "Trained on"), el("table", { class: "facts" }, el("tbody", {}, rows))));
}

function short(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}
