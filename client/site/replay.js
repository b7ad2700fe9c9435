// A recorded match, step by step, opened by a link at a move: #record=ID&move=N.

import { Problem, games } from "./api.js";
import { blunders, notesOf, told } from "./coach.js";
import { called, el, moment, player, sentence, svg } from "./dom.js";
import { Film } from "./film.js";
import { ending, happened, provenance, seated } from "./words.js";

const ID = /^[0-9A-Za-z_-]{1,128}$/;
const SPEEDS = [0.25, 0.5, 1, 2, 4];
const AHEAD = 150; // frames before the end of what is here at which the next piece is fetched
const LISTED = 40;
const ICONS = {
  first: "M5 4v16M19 5v14L8 12z", back: "M17 5v14L6 12z", play: "M7 4v16l13-8z", pause: "M7 4h4v16H7zM14 4h4v16h-4z",
  next: "M7 5v14l11-7z", last: "M19 4v16M5 5v14l11-7z",
};

export async function replay(id, move) {
  if (!ID.test(id)) throw new Problem("No match has this id: ids are letters, digits, - and _.");
  const film = new Film(id);
  const first = step(move, Infinity);
  const [known] = await Promise.all([games(), film.at(first).catch((error) => beyond(error, film))]);
  const drawing = await drawingOf(film.match, known);
  return new Replay(film, drawing, Math.min(first, film.match.steps)).page();
}

/** A link may name a move that the match has not: then it begins at the first. */
function beyond(error, film) {
  if (error.field !== "from") throw error;
  return film.at(0);
}

/** Return the step that a text of the address means. */
function step(text, most) {
  return /^[0-9]{1,9}$/.test(text ?? "") ? Math.min(Number(text), most) : 0;
}

async function drawingOf(match, known) {
  const module = await import(known[match.game]?.drawn ? `./games/${match.game}.js` : "./text.js");
  return module.view(match.still, match);
}

class Replay {
  constructor(film, drawing, at) {
    this.film = film;
    this.match = film.match;
    this.drawing = drawing;
    this.at = at;
    this.speed = 1;
    this.playing = false;
    this.stride = this.match.real_time ? 60 : 10;
    this.noun = this.match.real_time ? "tick" : "move";
    this.build();
  }

  page() {
    const names = this.match.participants.filter((one) => one.since_step === 0).map((one) => one.name);
    return {
      title: names.join(" – "),
      node: this.node,
      open: () => this.open(),
      seek: (move) => this.go(step(move, this.match.steps), { link: false }),
      close: () => this.close(),
    };
  }

  build() {
    const match = this.match;
    const first = match.participants.filter((one) => one.since_step === 0);
    const versus = first.flatMap((one, index) => [index ? el("span", { class: "against" }, " – ") : null, player(one)]);
    this.slider = el("input", { type: "range", min: 0, max: match.steps, step: 1, "aria-label": this.noun, input: () => this.go(Number(this.slider.value)) });
    this.count = el("output", { class: "count" });
    this.happened = el("p", { class: "happened", role: "status" });
    this.now = el("div", {});
    this.moves = el("ol", { class: "moves" });
    this.coach = el("div", { role: "status" }, el("p", { class: "quiet" }, "Looking for the coach's notes\u2026"));
    this.coaches = el("h2", {}, "The coach");
    this.blunders = el("div", {});
    this.link = el("input", { readonly: true, id: "link", "aria-label": "Link to this moment", focus: () => this.link.select() });
    this.copied = el("span", { role: "status", class: "quiet" });
    this.toggle = this.button("play", "Play", () => this.play(!this.playing), "primary");
    const speed = el("select", { id: "speed", change: () => { this.speed = Number(speed.value); } },
      SPEEDS.map((one) => el("option", { value: one, selected: one === 1 }, `${one} ×`)));
    const bar = el("div", { class: "transport panel", role: "group", "aria-label": "Replay" },
      el("div", { class: "scrub" }, this.slider, this.count),
      el("div", { class: "buttons" }, this.button("first", "To the beginning", () => this.go(0)), this.button("back", `One ${this.noun} back`, () => this.go(this.at - 1)),
        this.toggle, this.button("next", `One ${this.noun} on`, () => this.go(this.at + 1)), this.button("last", "To the end", () => this.go(match.steps)),
        el("label", { class: "speed", for: "speed" }, el("span", { class: "unseen" }, "Speed"), speed)));
    const keys = [["← →", this.noun], ["Shift ← →", `${this.stride} ${this.noun}s`], ["Space", "play"], ["Home End", "ends"], ["C", "copy link"]];
    this.node = el("article", { class: "replay" },
      el("header", {}, el("p", { class: "label" }, `${match.title} · ${moment(match.started_at)}`), el("h1", {}, versus), el("p", { class: "lead" }, ending(match))),
      el("div", { class: "stage" }, el("div", { class: "board" }, this.drawing.node, this.happened), bar,
        el("aside", { class: "side" },
          el("section", { class: "panel" }, el("h2", {}, match.real_time ? "Answered last" : "This move"), this.now),
          el("section", { class: "panel coach" }, this.coaches, this.coach, this.blunders),
          el("section", { class: "panel share" }, el("h2", {}, "Link to this moment"), el("div", { class: "row" }, this.link, el("button", { type: "button", click: () => this.copy() }, "Copy")), this.copied),
          el("section", { class: "panel" }, el("h2", {}, "Moves"), this.moves),
          el("p", { class: "keys" }, keys.map(([key, what]) => el("span", {}, el("kbd", {}, key), ` ${what}`))))));
    this.pressed = (event) => this.press(event);
  }

  button(icon, label, click, kind = "") {
    return el("button", { type: "button", class: `icon ${kind}`, "aria-label": label, title: label, click }, glyph(icon));
  }

  open() {
    document.addEventListener("keydown", this.pressed);
    this.drawing.open?.();
    this.go(this.at);
    this.look();
  }

  /** Fetch what a coach says of this match; without it the replay is all there. */
  async look() {
    try {
      this.notes = await notesOf(this.film.id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return this.coach.replaceChildren(el("p", { class: "quiet" }, `The coach cannot be asked. ${sentence(error.message)}`));
    }
    if (!this.notes) return this.coach.replaceChildren(el("p", { class: "quiet" }, "No coach has looked at this match."));
    const { name, version } = this.notes.by;
    this.coaches.replaceChildren("The coach: ", called(name), version ? ` v${version}` : "");
    const seat = (note) => seated(this.match, note.step + 1)[note.player]?.name ?? note.player;
    this.blunders.replaceChildren(el("h3", {}, "Blunders"), blunders(this.notes, seat, (at) => this.go(at)));
    this.listed = undefined;
    this.show();
  }

  close() {
    this.playing = false;
    document.removeEventListener("keydown", this.pressed);
    this.drawing.close?.();
    clearTimeout(this.later);
  }

  press(event) {
    const on = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || (on.matches("input, select, textarea") && on !== this.slider)) return;
    const far = event.shiftKey ? this.stride : 1;
    const does = {
      ArrowRight: () => this.go(this.at + far), ArrowLeft: () => this.go(this.at - far), Home: () => this.go(0),
      End: () => this.go(this.match.steps), c: () => this.copy(), C: () => this.copy(),
      " ": on.matches("button, a") ? null : () => this.play(!this.playing),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.link.value);
      this.copied.textContent = "Copied.";
    } catch {
      this.link.focus();
      this.copied.textContent = "Copy it from here: it is selected.";
    }
  }

  /** Show step `at`, once it is here. */
  async go(at, { link = true } = {}) {
    if (link) this.play(false);
    this.at = Math.max(0, Math.min(this.match.steps, at));
    const wanted = this.at;
    this.slider.value = wanted;
    try {
      await this.film.at(wanted);
    } catch (error) {
      return this.fail(error);
    }
    if (wanted === this.at) this.show();
  }

  play(on) {
    if (on === this.playing) return;
    this.playing = on;
    this.toggle.replaceChildren(glyph(on ? "pause" : "play"));
    this.toggle.setAttribute("aria-label", on ? "Pause" : "Play");
    if (!on) return this.show();
    if (this.at >= this.match.steps) this.at = 0;
    this.before = performance.now();
    this.due = 0;
    requestAnimationFrame((time) => this.tick(time));
  }

  async tick(time) {
    if (!this.playing) return;
    this.due += (Math.min(250, Math.max(0, time - this.before)) / 1000) * this.match.steps_per_second * this.speed;
    this.before = time;
    const on = Math.min(Math.floor(this.due), this.match.steps - this.at);
    if (on > 0 && !this.film.has(this.at + on)) {
      try {
        await this.film.at(this.at + on);
      } catch (error) {
        return this.fail(error);
      }
      this.before = performance.now(); // the wait is not made up for
      if (!this.playing) return;
    }
    if (on > 0) {
      this.due -= on;
      this.at += on;
      const ahead = Math.min(this.match.steps, this.at + AHEAD);
      if (!this.film.has(ahead)) this.film.at(ahead).catch(() => {}); // told when it is due
      this.show();
    }
    if (this.at >= this.match.steps) return this.play(false);
    requestAnimationFrame((then) => this.tick(then));
  }

  fail(error) {
    this.play(false);
    this.happened.textContent = error instanceof Problem ? sentence(error.message) : `This page has a fault: ${error.message}`;
  }

  show() {
    const frame = this.film.has(this.at);
    if (!frame) return;
    const seats = seated(this.match, this.at);
    this.drawing.draw(frame.view, frame, seats);
    this.slider.value = this.at;
    this.slider.setAttribute("aria-valuetext", `${this.noun} ${this.at} of ${this.match.steps}`);
    this.count.textContent = `${this.at} / ${this.match.steps}`;
    const turns = this.turns();
    const key = turns.map((one) => one.step).join();
    if (key !== this.listed || !this.match.real_time) {
      this.listed = key;
      this.tellTurns(frame, turns);
    }
    if (this.playing) return;
    const told = frame.events.flatMap((event, index) => [index ? ", " : "", ...happened(event, seats)]);
    this.happened.replaceChildren(...(told.length ? told : [this.at === 0 ? "The match is about to begin." : "\u00a0"]));
    this.lookBack(turns);
    this.copied.textContent = "";
    clearTimeout(this.later);
    this.later = setTimeout(() => this.address(), 150);
    this.link.value = this.here();
  }

  here() {
    return `${location.href.split("#")[0]}#record=${encodeURIComponent(this.film.id)}&move=${this.at}`;
  }

  address() {
    if (this.here() !== location.href) history.replaceState(null, "", this.here());
  }

  /** Return the last turns up to now, as far as their frames are here. */
  turns() {
    const found = [];
    for (let at = this.at; at >= 0 && found.length < LISTED && this.film.has(at); at -= 1) {
      for (const turn of [...this.film.has(at).turns].reverse()) found.push({ step: at, turn });
    }
    return found;
  }

  /** Where a link leads into the middle, fetch what came right before, so that the list of moves has something to tell. */
  lookBack(turns) {
    const piece = this.film.start(this.at) - 1;
    if (piece < 0 || turns.length >= LISTED || this.film.has(piece)) return;
    this.film.at(piece).then(() => this.playing || this.show(), () => {}); // without it the list is shorter
  }

  /** Return the step in which a turn was played: the frame after it tells of it. */
  stepOf(turn, turns) {
    return (turns.find((one) => one.turn === turn)?.step ?? this.at) - 1;
  }

  tellTurns(frame, turns) {
    const latest = this.match.real_time ? this.match.seats.map((seat) => turns.find((one) => one.turn.player === seat)?.turn).filter(Boolean) : frame.turns;
    if (this.notes) {
      const judged = latest.map((turn) => [turn, this.notes.of(this.stepOf(turn, turns), turn)]).filter(([, note]) => note);
      const words = judged.map(([turn, note]) => [latest.length > 1 ? el("p", {}, called(this.match.participants[turn.by]?.name ?? turn.player)) : "", told(note)]);
      this.coach.replaceChildren(...(words.length ? words.flat().filter(Boolean) : [told(null)]));
    }
    this.now.replaceChildren(...(latest.length ? latest.map((turn) => provenance(turn, this.match)) : [el("p", { class: "quiet" }, this.at === 0 ? "Nobody has played yet." : "Nobody has answered in the last seconds.")]));
    this.moves.replaceChildren(...turns.map(({ step: at, turn }) => el("li", {}, el("button", { type: "button", tabindex: "-1", class: turn.fallback ? "fallback" : "", "aria-current": at === this.at ? "step" : null, click: () => this.go(at) },
      el("span", { class: "figure" }, at), called(this.match.participants[turn.by]?.name ?? turn.player), el("code", {}, turn.action)))));
  }
}

function glyph(name) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name], fill: "currentColor", stroke: "currentColor", "stroke-width": 2, "stroke-linejoin": "round", "stroke-linecap": "round" }));
}
