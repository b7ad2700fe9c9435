// Pac-Man's frames on a canvas: glowing walls, painted once a level and size, and everybody on top.

import { el } from "../dom.js";

const TILE = 8; // the rules' pixels
const WALLS = ["#3a80ff", "#966cff", "#26c4aa", "#ff7aa8", "#eca844"];
const COLOURS = { blinky: "#ff5252", pinky: "#ff94d6", inky: "#46def0", clyde: "#ffb048" };
const FROZEN = 60 / 210; // of the time after he was caught in which nothing moves
const DOT = "#ffdeb2";
const WAYS = { up: [0, -1], left: [-1, 0], down: [0, 1], right: [1, 0] };
const ANGLES = { right: 0, down: 0.5, left: 1, up: 1.5 };

export function view(still) {
  return new Arcade(still);
}

class Arcade {
  constructor(still) {
    this.still = still;
    this.columns = still.rows[0].length;
    this.rows = still.rows.length;
    this.canvas = el("canvas", { role: "img" });
    this.figures = Object.fromEntries(["score", "level", "lives", "dots", "ghosts", "fruit"].map((name) => [name, el("dd", {})]));
    const told = Object.entries(this.figures).map(([name, figure]) => el("div", {}, el("dt", {}, name), figure));
    this.node = el("div", { class: "arcade" }, this.canvas, el("dl", { class: "score panel" }, told));
    this.scale = 0;
    this.resize(16);
    this.watch = new ResizeObserver(() => this.fit());
  }

  open() {
    this.watch.observe(this.canvas);
    this.fit();
  }

  close() {
    this.watch.disconnect();
  }

  /** Paint as many pixels as the screen has where the canvas lies. */
  fit() {
    const wide = this.canvas.getBoundingClientRect().width * Math.min(3, devicePixelRatio || 1);
    const tile = Math.max(8, Math.min(48, Math.ceil(wide / this.columns)));
    if (wide > 0 && tile !== this.scale && this.canvas.clientWidth !== this.asked) {
      this.asked = this.canvas.clientWidth;
      this.resize(tile);
      if (this.last) this.draw(...this.last);
    }
  }

  resize(tile) {
    this.scale = tile;
    this.canvas.width = this.columns * tile;
    this.canvas.height = this.rows * tile;
    this.pen = this.canvas.getContext("2d");
    this.walls = null;
  }

  draw(now, frame, seats) {
    this.last = [now, frame, seats];
    const { pen, scale } = this;
    const tint = WALLS[(now.level - 1) % WALLS.length];
    const flash = now.phase === "cleared" && Math.floor(frame.step / 15) % 2;
    this.paintWalls(flash ? "#e2eeff" : tint);
    pen.drawImage(this.walls, 0, 0);
    pen.save();
    pen.scale(scale, scale);
    this.paintDots(now, frame.step);
    if (now.fruit) paintFruit(pen, this.columns / 2, this.still.fruit[1] + 0.5);
    if (now.phase !== "cleared" && now.phase !== "over") {
      const blinking = now.fright < 120 && Math.floor(frame.step / 14) % 2;
      if (!(now.caught > FROZEN)) for (const ghost of now.ghosts) this.paintGhost(ghost, frame.step, blinking);
    }
    this.paintPacman(now, frame.step);
    if (now.phase === "ready") caption(pen, this.columns / 2, this.still.fruit[1] + 0.5, "READY", "#ffd64a");
    if (now.phase === "over") caption(pen, this.columns / 2, this.still.fruit[1] + 0.5, "GAME OVER", "#ff6054");
    pen.restore();
    this.tell(now);
  }

  tell(now) {
    const left = [...now.dots].filter((dot) => dot === "1").length;
    const values = { score: now.score, level: now.level, lives: now.lives, dots: `${left} left`, ghosts: now.fright ? "frightened" : now.mode === "chase" ? "hunt" : "scatter", fruit: now.fruit ?? "none" };
    for (const [name, value] of Object.entries(values)) this.figures[name].textContent = value;
    this.canvas.setAttribute("aria-label", `The maze: score ${now.score}, level ${now.level}, ${now.lives} lives, ${left} dots left`);
  }

  /** Paint the walls onto a canvas of their own: the corridors are cut out of them by lines with round ends. */
  paintWalls(tint) {
    if (this.walls && this.tint === tint) return;
    this.tint = tint;
    const { scale } = this;
    this.walls = document.createElement("canvas");
    this.walls.width = this.canvas.width;
    this.walls.height = this.canvas.height;
    const pen = this.walls.getContext("2d");
    pen.fillStyle = "#0a1c40";
    pen.fillRect(0, 0, this.walls.width, this.walls.height);
    pen.scale(scale, scale);
    pen.lineCap = pen.lineJoin = "round";
    const ways = this.corridors();
    pen.shadowColor = tint;
    for (const [width, colour, blur] of [[1.5, tint, scale * 0.5], [1.5, tint, 0], [1.5 - 0.22, "#040a16", 0]]) {
      pen.shadowBlur = blur;
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.stroke(ways);
    }
    pen.shadowBlur = 0;
    for (const [y, row] of this.still.rows.entries()) {
      if (row.includes("-")) {
        pen.fillStyle = "#040a16";
        pen.fillRect(row.indexOf("-"), y - 0.3, row.lastIndexOf("-") - row.indexOf("-") + 1, 1.6);
        pen.fillStyle = "#ffb0cc";
        pen.fillRect(row.indexOf("-"), y + 0.4, row.lastIndexOf("-") - row.indexOf("-") + 1, 0.2);
      }
    }
  }

  /** Return the middle lines of all corridors, and of the ghosts' house. */
  corridors() {
    const path = new Path2D();
    const open = (x, y) => this.still.rows[y]?.[x] !== undefined && !"#-".includes(this.still.rows[y][x]);
    const house = (x, y) => this.still.rows[y]?.[x] === "H";
    for (let y = 0; y < this.rows; y += 1) {
      for (let x = 0; x < this.columns; x += 1) {
        if (!open(x, y)) continue;
        for (const [right, down] of [[1, 0], [0, 1]]) {
          if (!open(x + right, y + down) || house(x, y) !== house(x + right, y + down)) continue;
          path.moveTo(x + 0.5, y + 0.5);
          path.lineTo(x + right + 0.5, y + down + 0.5);
        }
        for (const edge of [-1, 1]) { // a tunnel runs on over the edge
          if (x + edge >= 0 && x + edge < this.columns) continue;
          path.moveTo(x + 0.5, y + 0.5);
          path.lineTo(x + 0.5 + edge * 2, y + 0.5);
        }
      }
    }
    return path;
  }

  paintDots(now, tick) {
    const { pen, still } = this;
    const beat = 0.32 + 0.06 * Math.sin(tick / 7);
    pen.fillStyle = DOT;
    pen.beginPath();
    for (const [index, [x, y, energizer]] of still.dots.entries()) {
      if (now.dots[index] !== "1") continue;
      pen.moveTo(x + 0.5, y + 0.5);
      pen.arc(x + 0.5, y + 0.5, energizer ? beat : 0.12, 0, 7);
    }
    pen.fill();
  }

  paintPacman(now, tick) {
    const [px, py, heading, moving] = now.pacman;
    const { pen } = this;
    const folded = now.caught > FROZEN ? (now.caught - FROZEN) / (1 - FROZEN) : null;
    if (now.phase === "over" || (folded !== null && folded > 0.95)) return;
    const open = folded !== null ? Math.max(0.08, folded) : moving ? 0.06 + 0.2 * Math.abs(Math.sin(tick / 3.2)) : 0.16;
    const facing = (folded !== null ? ANGLES.up : ANGLES[heading]) * Math.PI;
    pen.save();
    pen.translate((px + 0.5) / TILE, (py + 0.5) / TILE);
    const [right, down] = [0.8 * Math.sin(facing), 0.8 * Math.cos(facing)]; // down on the screen, as he is turned
    const light = pen.createLinearGradient(-right, -down, right, down);
    light.addColorStop(0, "#ffe07a");
    light.addColorStop(1, "#ee961e");
    pen.fillStyle = light;
    pen.shadowColor = "#785814";
    pen.shadowBlur = this.scale * 0.6;
    pen.rotate(facing);
    pen.beginPath();
    pen.moveTo(-0.1, 0);
    pen.arc(0, 0, 0.82, open * Math.PI, (2 - open) * Math.PI);
    pen.fill();
    pen.shadowBlur = 0;
    if (folded === null) {
      const side = heading === "right" || heading === "up" ? -1 : 1;
      pen.fillStyle = "#3a2006";
      pen.beginPath();
      pen.arc(0.17, side * 0.42, 0.11, 0, 7);
      pen.fill();
    }
    pen.restore();
  }

  paintGhost([name, px, py, heading, state], tick, blinking) {
    const { pen } = this;
    const eyes = state === "eyes" || state === "entering";
    const afraid = state === "frightened";
    const tint = afraid ? (blinking ? "#e8f0ff" : "#3442be") : COLOURS[name];
    pen.save();
    pen.translate((px + 0.5) / TILE, (py + 0.5) / TILE + 0.06);
    if (!eyes) {
      pen.fillStyle = tint;
      if (!afraid) {
        pen.shadowColor = tint;
        pen.shadowBlur = this.scale * 0.4;
      }
      crown(pen, name);
      pen.beginPath();
      pen.arc(0, 0, 0.78, Math.PI, 0);
      for (let at = 0; at <= 20; at += 1) pen.lineTo(0.78 - (1.56 * at) / 20, 0.7 + 0.1 * Math.cos((at / 20) * 7 * Math.PI + Math.PI + tick / 4));
      pen.fill();
      pen.shadowBlur = 0;
    }
    if (afraid) paintFear(pen, blinking ? "#ff6054" : "#e6f1ff");
    else paintEyes(pen, heading);
    pen.restore();
  }
}

/** Paint what tells a ghost without its colour: a flame, a bow, a fin, a cap. */
function crown(pen, name) {
  const shapes = {
    blinky: [[[-0.46, -0.52], [-0.3, -1.04], [-0.06, -0.7]], [[-0.14, -0.7], [0.1, -1.2], [0.3, -0.66]], [[0.2, -0.66], [0.46, -0.96], [0.52, -0.46]]],
    pinky: [[[0, -0.84], [-0.46, -1.1], [-0.46, -0.62]], [[0, -0.84], [0.46, -1.1], [0.46, -0.62]]],
    inky: [[[-0.34, -0.66], [-0.1, -0.94], [0.34, -1.2], [0.22, -0.92], [0.3, -0.62]]],
    clyde: [[[-0.66, -0.74], [0.66, -0.74], [0.66, -0.57], [-0.66, -0.57]], [[-0.36, -1.06], [0.36, -1.06], [0.36, -0.64], [-0.36, -0.64]]],
  }[name] ?? [];
  for (const [first, ...rest] of shapes) {
    pen.beginPath();
    pen.moveTo(...first);
    for (const point of rest) pen.lineTo(...point);
    pen.fill();
  }
}

function paintEyes(pen, heading) {
  const [across, down] = WAYS[heading];
  for (const side of [-1, 1]) {
    const x = side * 0.32 + across * 0.08;
    const y = -0.18 + down * 0.08;
    pen.fillStyle = "#fafcff";
    pen.beginPath();
    pen.ellipse(x, y, 0.2, 0.26, 0, 0, 7);
    pen.fill();
    pen.fillStyle = "#141a54";
    pen.beginPath();
    pen.arc(x + across * 0.1, y + down * 0.13, 0.125, 0, 7);
    pen.fill();
  }
}

function paintFear(pen, tint) {
  pen.fillStyle = pen.strokeStyle = tint;
  for (const side of [-1, 1]) {
    pen.beginPath();
    pen.arc(side * 0.28, -0.18, 0.12, 0, 7);
    pen.fill();
  }
  pen.lineWidth = 0.09;
  pen.beginPath();
  for (let at = 0; at < 7; at += 1) pen.lineTo(-0.48 + 0.16 * at, 0.28 + (at % 2 ? 0.08 : -0.04));
  pen.stroke();
}

function paintFruit(pen, x, y) {
  pen.strokeStyle = "#5cc46a";
  pen.lineWidth = 0.12;
  pen.beginPath();
  pen.moveTo(x - 0.3, y + 0.2);
  pen.quadraticCurveTo(x - 0.1, y - 0.5, x + 0.35, y - 0.65);
  pen.quadraticCurveTo(x + 0.35, y - 0.2, x + 0.3, y + 0.3);
  pen.stroke();
  pen.fillStyle = "#ff5252";
  for (const [right, down] of [[-0.3, 0.35], [0.32, 0.42]]) {
    pen.beginPath();
    pen.arc(x + right, y + down, 0.34, 0, 7);
    pen.fill();
  }
}

function caption(pen, x, y, words, tint) {
  pen.font = "bold 1.5px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineWidth = 0.4;
  pen.strokeStyle = "#040a16";
  pen.strokeText(words, x, y);
  pen.fillStyle = tint;
  pen.fillText(words, x, y);
}
