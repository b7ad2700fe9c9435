// Battleship's frames: both seas, whose fleet lies there, and what the shots at it found.

import { called, el, svg } from "../dom.js";

const COLUMNS = "ABCDEFGHIJKLMNO";
const CELL = 40;
const EDGE = 26;

export function view(still, match) {
  const seas = Object.fromEntries(match.seats.map((seat) => [seat, new Sea(still, seat)]));
  return {
    node: el("div", { class: "seas" }, Object.values(seas).map((sea) => sea.node)),
    draw(now, frame, seats) {
      for (const sea of Object.values(seas)) sea.draw(now, frame, seats);
    },
  };
}

class Sea {
  constructor(still, owner) {
    this.still = still;
    this.owner = owner;
    this.length = new Map(still.ships.map(([name, length]) => [name, length]));
    const side = still.size * CELL + EDGE;
    this.fleet = svg("g");
    this.marks = svg("g");
    this.name = el("span", {});
    this.afloat = el("small", {});
    this.picture = svg("svg", { viewBox: `0 0 ${side + 6} ${side + 6}`, role: "img" }, ground(still.size, owner), this.fleet, this.marks);
    this.node = el("figure", { class: "sea" }, el("figcaption", {}, this.name, this.afloat), this.picture);
  }

  draw(now, frame, seats) {
    const name = seats[this.owner]?.name ?? this.owner;
    const fleet = now.fleets[this.owner];
    const marks = now.seas[this.owner];
    const fresh = new Set(frame.events.filter((event) => event.player !== this.owner).map((event) => event.detail.cell));
    this.name.replaceChildren("The sea of ", el("strong", {}, called(name)));
    const afloat = fleet ? fleet.filter(([, , , , sunk]) => !sunk).length : 0;
    this.afloat.textContent = fleet ? `${afloat} of ${fleet.length} afloat` : "to be placed";
    this.picture.setAttribute("aria-label", `The sea of ${name}: ${summary(marks)}, ${this.afloat.textContent}`);
    this.fleet.replaceChildren(...(fleet ?? []).map((ship) => this.ship(ship)));
    const drawn = [...marks].map((mark, index) => {
      if (mark === ".") return null;
      const column = index % this.still.size;
      const row = Math.floor(index / this.still.size);
      return shot(mark, column, row, fresh.has(`${COLUMNS[column]}${row + 1}`));
    });
    this.marks.replaceChildren(...drawn.filter(Boolean));
  }

  ship([name, column, row, vertical, sunk]) {
    const long = this.length.get(name) * CELL;
    const turn = vertical ? ` rotate(90) translate(0 ${-CELL})` : "";
    const hull = sunk ? "#343c4a" : "#869ab6";
    const deck = sunk ? "#424a58" : "#a4b6ce";
    const bow = Math.min(long * 0.45, 44);
    const towers = Array.from({ length: Math.max(1, Math.round(long / CELL) - 1) }, (_, index) =>
      svg("circle", { cx: 24 + index * CELL, cy: 20, r: index % 2 ? 4.5 : 6, fill: deck, stroke: "#2c3e5a", "stroke-width": 2 }));
    return svg("g", { transform: `translate(${EDGE + column * CELL} ${EDGE + row * CELL})${turn}` }, svg("title", {}, `${name}${sunk ? ", sunk" : ""}`),
      svg("path", { d: `M9 8H${long - bow}Q${long - 12} 9 ${long - 4} 20Q${long - 12} 31 ${long - bow} 32H9Q3 31 3 20T9 8z`, fill: hull, stroke: "#2c3e5a", "stroke-width": 2.5 }), towers);
  }
}

function summary(marks) {
  const hits = [...marks].filter((mark) => mark === "x" || (mark >= "A" && mark <= "Z")).length;
  return `${hits} hits, ${[...marks].filter((mark) => mark === "o").length} misses`;
}

function ground(size, owner) {
  const across = size * CELL;
  const lines = Array.from({ length: size + 1 }, (_, index) => `M${EDGE + index * CELL} ${EDGE}v${across}M${EDGE} ${EDGE + index * CELL}h${across}`).join("");
  const waves = Array.from({ length: size }, (_, row) => {
    const y = EDGE + row * CELL + (row % 2 ? 14 : 26);
    const crests = Array.from({ length: Math.ceil(across / 80) - 1 }, () => "t40 0t40 0").join("");
    return `M${EDGE + (row % 3) * 12} ${y}q20 ${row % 2 ? -9 : 9} 40 0${crests}`;
  }).join("");
  const labels = Array.from({ length: size }, (_, index) => {
    const middle = EDGE + index * CELL + CELL / 2;
    const style = { fill: "#86a2c2", "font-size": 13, "font-weight": 700, "text-anchor": "middle" };
    return [svg("text", { ...style, x: middle, y: 18 }, COLUMNS[index]), svg("text", { ...style, x: 13, y: middle + 5 }, index + 1)];
  });
  const water = owner === "one" ? "#0b2a4e" : "#07302f";
  const light = owner === "one" ? "#1c4a80" : "#12524f";
  return svg("g", { "aria-hidden": "true" }, svg("rect", { x: EDGE, y: EDGE, width: across, height: across, fill: water }),
    svg("path", { d: waves, fill: "none", stroke: light, "stroke-width": 2, opacity: 0.55 }), svg("path", { d: lines, stroke: light, fill: "none" }), labels);
}

/** Return a shot's mark: a ring for a miss, a cross for a hit, the ship's letter where it sank. */
function shot(mark, column, row, fresh) {
  const x = EDGE + column * CELL + CELL / 2;
  const y = EDGE + row * CELL + CELL / 2;
  const halo = fresh ? svg("rect", { x: x - 19, y: y - 19, width: 38, height: 38, rx: 6, fill: "none", stroke: "#4ae6d6", "stroke-width": 3 }) : null;
  if (mark === "o") return svg("g", {}, svg("circle", { cx: x, cy: y, r: 10, fill: "#04101f99", stroke: "#9eb8d6", "stroke-width": 3 }), svg("circle", { cx: x, cy: y, r: 3, fill: "#9eb8d6" }), halo);
  if (mark === "?") return svg("g", {}, svg("circle", { cx: x, cy: y, r: 10, fill: "none", stroke: "#ffc45c", "stroke-width": 3, "stroke-dasharray": "5 4" }), halo);
  const cross = `M${x - 9} ${y - 9}l18 18m0 -18l-18 18`;
  if (mark === "x") return svg("g", {}, svg("path", { d: cross, stroke: "#40100c", "stroke-width": 9, "stroke-linecap": "round" }), svg("path", { d: cross, stroke: "#ff6054", "stroke-width": 5, "stroke-linecap": "round" }), halo);
  return svg("g", {}, svg("rect", { x: x - 15, y: y - 15, width: 30, height: 30, rx: 5, fill: "#ff6054", stroke: "#40100c", "stroke-width": 2 }),
    svg("text", { x, y: y + 7, "text-anchor": "middle", "font-size": 20, "font-weight": 800, fill: "#1c0604" }, mark), halo);
}
