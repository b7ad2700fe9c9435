// Which page is shown: what stands after the # of the address says it.

import { Problem, keepKey } from "./api.js";
import { el, sentence } from "./dom.js";
import { ladder } from "./ladder.js";
import { leaderboard } from "./leaderboard.js";
import { opponent } from "./opponent.js";
import { replay } from "./replay.js";

const main = document.getElementById("main");
let shown = { page: "", close() {} };
let turn = 0;

async function show() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const page = asked.has("record") ? `record=${asked.get("record")}` : location.hash.slice(1) || "ladder";
  if (page === "main") return main.focus();
  if (page === shown.page && shown.seek) return shown.seek(asked.get("move"));
  const mine = ++turn;
  shown.close?.();
  shown = { page };
  mark(page);
  main.replaceChildren(el("p", { class: "quiet", role: "status" }, "Loading…"));
  let made;
  try {
    made = await make(asked, page);
  } catch (error) {
    made = { title: "Trouble", node: trouble(error) };
  }
  if (mine !== turn) return made.close?.(); // another page was asked for meanwhile
  shown = { page, ...made };
  document.title = `${made.title} – Lambda Arcade`;
  main.replaceChildren(made.node);
  made.open?.();
  if (mine > 1) main.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function make(asked, page) {
  if (asked.has("record")) return replay(asked.get("record"), asked.get("move"));
  if (asked.has("opponent")) return opponent(asked.get("opponent"));
  if (page === "leaderboard") return leaderboard();
  if (page === "ladder") return ladder();
  throw new Problem("There is no such page. The ladder and the leaderboard are above.");
}

function mark(page) {
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${page}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function trouble(error) {
  if (!(error instanceof Problem)) console.error(error);
  const message = error instanceof Problem ? error.message : `This page has a fault: ${error.message}`;
  return el("section", { class: "panel notice", role: "alert" }, el("h1", {}, "That did not work"), el("p", {}, sentence(message)),
    error.wantsKey ? keyForm() : el("p", {}, el("button", { type: "button", click: again }, "Try again")));
}

function keyForm() {
  const input = el("input", { type: "password", id: "key", autocomplete: "off", required: true });
  const enter = (event) => {
    event.preventDefault();
    keepKey(input.value);
    again();
  };
  return el("form", { submit: enter }, el("label", { for: "key" }, "The key to this API, kept until the tab is closed"),
    el("div", { class: "row" }, input, el("button", { type: "submit" }, "Enter")));
}

function again() {
  shown.close?.();
  shown = { page: "" };
  show();
}

addEventListener("hashchange", show);
show();
