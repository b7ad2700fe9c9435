// A match in words.

import { called, el, player } from "./dom.js";

const WHY = {
  timeout: "no answer in time", error: "the function failed", late: "the answer came too late", offline: "no connection",
};

/** Return the participants who sit at `step`, by seat. */
export function seated(match, step) {
  const found = {};
  for (const one of match.participants) if (one.since_step < Math.max(1, step)) found[one.player] = one;
  return found;
}

/** Return how the match ended: who won, why, and everybody's score. */
export function ending(match) {
  const { outcome } = match;
  if (outcome === null) return [`Abandoned after ${match.steps} ${match.real_time ? "ticks" : "moves"}.`];
  const names = Object.fromEntries(match.participants.map((one) => [one.player, one.name])); // who sat there last
  const scores = Object.entries(outcome.scores).map(([seat, score], index) => [index ? ", " : "", called(names[seat] ?? seat), ` ${score}`]);
  const winner = outcome.winner === null ? "Nobody" : called(names[outcome.winner] ?? outcome.winner);
  return [winner, ` won: ${outcome.reason}`, scores.length ? [" (", scores, ` ${match.score})`] : ""];
}

/** Return what happened in words, such as `Ada: hit B7`. */
export function happened(event, seats) {
  const details = Object.values(event.detail).filter((one) => typeof one === "string" || typeof one === "number").join(" ");
  const words = `${event.kind} ${details}`.replaceAll("_", " ").trim();
  const who = event.player && seats[event.player]?.name;
  return who ? [called(who), `: ${words}`] : [words];
}

/** Return who played an action, what it was and how the answer came to be. */
export function provenance(turn, match) {
  const one = match.participants[turn.by] ?? { name: turn.player, kind: "", version: "" };
  const facts = [
    ["played by", turn.fallback ? "a stand-in" : one.kind === "function" ? `function, version ${one.version || "?"}` : one.kind],
    ["round trip", turn.latency_ms == null ? null : `${turn.latency_ms.toFixed(1)} ms`],
    ["computed in", turn.compute_ms == null ? null : `${turn.compute_ms.toFixed(1)} ms`],
    ["start", turn.cold == null ? null : turn.cold ? "cold" : "warm"],
    ["why", turn.fallback ? (WHY[turn.fallback] ?? turn.fallback.replaceAll("_", " ")) : null],
    ["note", turn.note ?? null],
  ].filter(([, value]) => value !== null && value !== "");
  return el("div", { class: turn.fallback ? "turn fallback" : "turn" }, el("p", {}, el("strong", {}, player(one)), " ", el("code", { class: "action" }, turn.action)),
    el("dl", {}, facts.map(([what, value]) => [el("dt", {}, what), el("dd", {}, value)])));
}
