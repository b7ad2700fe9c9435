// People and functions side by side, and the matches that were rated last.

import { ask, games } from "./api.js";
import { el, interval, moment, player, rated } from "./dom.js";
import { opener } from "./ladder.js";

export async function leaderboard() {
  const [board, known] = await Promise.all([ask("leaderboard"), games()]);
  const names = [...new Set(board.players.map((one) => one.game))];
  const tables = names.map((game) => table(known[game]?.title ?? game, board.players.filter((one) => one.game === game)));
  return { title: "Leaderboard", node: el("div", {}, el("h1", {}, "The leaderboard"),
    el("p", { class: "lead" }, "By what is certain: the rating, less its uncertainty. 400 points are odds of ten to one."),
    board.partial ? el("p", { class: "notice" }, "There are more matches than this page reads: the list is of a part.") : null,
    tables.length ? el("div", { class: "rooms" }, tables) : el("p", { class: "panel quiet" }, "Nobody has played a match that was rated."),
    latest(board.matches, known), opener()) };
}

function table(title, players) {
  const least = Math.min(...players.map((one) => one.rating - one.deviation));
  const most = Math.max(...players.map((one) => one.rating + one.deviation));
  const rows = players.map((one, index) => el("tr", {}, el("td", { class: "figure" }, index + 1),
    el("th", { scope: "row" }, player(one), " ", el("small", { class: one.kind === "person" ? "kind person" : "kind" }, one.kind)),
    el("td", { class: "figure" }, rated(one), interval(one, least, most)), el("td", { class: "figure" }, one.games)));
  return el("section", { class: "panel" }, el("header", { class: "heading" }, el("h2", {}, title)),
    el("table", {}, el("thead", {}, el("tr", {}, ["", "player", "rating", "played"].map((head) => el("th", { scope: "col" }, head || el("span", { class: "unseen" }, "rank"))))),
      el("tbody", {}, rows)));
}

function latest(matches, known) {
  if (!matches.length) return null;
  const rows = matches.map((one) => el("li", {}, el("a", { href: `#record=${encodeURIComponent(one.match_id)}&move=0` },
    el("span", {}, known[one.game]?.title ?? one.game), el("small", {}, moment(one.started_at)), el("code", {}, one.match_id))));
  return el("section", { class: "panel" }, el("header", { class: "heading" }, el("h2", {}, "Rated last")), el("ul", { class: "latest" }, rows));
}
