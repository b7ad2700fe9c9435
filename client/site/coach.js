// What a coach said of a match: the best move at every turn, what the one that was played gave away, and the blunders.

import { ask } from "./api.js";
import { called, el } from "./dom.js";

const FORMAT = 2;
const BLUNDER = { points: 0.08, worth: 0.2, odds: 0.5 }; // as in client/replay/notes.py
const MOST_LISTED = 30;

/** Return the notes of the match that can be read; null where there are none.  Throws Problem. */
export async function notesOf(id) {
  const { annotations } = await ask(`records/${encodeURIComponent(id)}/annotations`);
  const found = (annotations ?? []).find((one) => one?.format === FORMAT && Array.isArray(one.turns));
  return found ? new Notes(found) : null;
}

/** One coach's notes, a turn each. */
export class Notes {
  constructor(annotation) {
    this.by = annotation.by;
    this.turns = annotation.turns.map(judged);
    this.known = new Map(this.turns.map((note) => [`${note.step} ${note.player}`, note]));
    this.blunders = this.turns.filter((note) => note.blunder);
  }

  /** Return the note of a turn, null for none: of other moves than were played it says nothing. */
  of(step, turn) {
    const note = this.known.get(`${step} ${turn.player}`);
    return note && note.played === turn.action ? note : null;
  }
}

function judged(note) {
  const [kind, mine, best] = note.equity != null && note.best_equity != null ? ["points", note.equity, note.best_equity]
    : note.worth != null && note.best_worth != null ? ["worth", note.worth, note.best_worth]
    : ["odds", note.probability, note.best_probability];
  const lost = mine == null || best == null ? null : Math.max(0, best - mine);
  return { ...note, best: note.best ?? note.would_play, kind, lost, blunder: lost !== null && lost >= BLUNDER[kind] && note.counts !== false };
}

/** Return how much a move gave away, in words. */
function lostOf(note) {
  if (note.lost === null) return "not judged";
  if (note.lost < 0.0005) return "nothing: there is no better one";
  return note.kind === "points" ? `${note.lost.toFixed(3)} points` : `${(note.lost * 100).toFixed(0)} %`;
}

/** Return what is told of a turn. */
export function told(note) {
  if (!note) return el("p", { class: "quiet" }, "The coach says nothing of this move.");
  const facts = [["best", el("code", {}, note.best)], [note.kind === "odds" ? "less likely by" : "gave away", lostOf(note)]];
  return el("dl", { class: note.blunder ? "blunder" : "" }, facts.map(([what, value]) => [el("dt", {}, what), el("dd", {}, value)]));
}

/** Return the list of blunders; `go` is called with the step after one. */
export function blunders(notes, name, go) {
  if (!notes.blunders.length) return el("p", { class: "quiet" }, "No blunders.");
  const shown = [...notes.blunders].sort((one, other) => other.lost - one.lost).slice(0, MOST_LISTED).sort((one, other) => one.step - other.step);
  return el("ol", { class: "moves blunders" }, shown.map((note) => el("li", {}, el("button", { type: "button", click: () => go(note.step + 1) },
    el("span", { class: "figure" }, note.step + 1), called(name(note)), el("code", {}, `${note.played} (${lostOf(note)})`)))));
}
