// Elements made of data.  Text is only ever text here: nothing that a record or a name holds becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element; `given` has attributes, and listeners as functions under their events' names. */
export function el(tag, given = {}, ...inside) {
  return fill(document.createElement(tag), given, inside);
}

/** Return an element of SVG in the same way. */
export function svg(tag, given = {}, ...inside) {
  return fill(document.createElementNS(SVG, tag), given, inside);
}

function fill(made, given, inside) {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, String(value));
  }
  made.append(...inside.flat(Infinity).filter((one) => one != null && one !== false).map((one) => (one instanceof Node ? one : String(one))));
  return made;
}

/** Return somebody's name: of any script and length, it changes the direction of nothing around it. */
export function called(name) {
  const parts = name.split(/(?<=_)/); // a line may break after each _
  return el("bdi", { class: "name", dir: "auto" }, parts.flatMap((part, index) => (index ? [el("wbr"), part] : [part])));
}

/** Return `text` as a sentence. */
export function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(whole) ? whole : `${whole}.`;
}

/** Return who played, with the way to an opponent's page where it is a function. */
export function player(one) {
  const known = one.kind === "function" && /^[a-z0-9_]+$/.test(one.name);
  return known ? el("a", { class: "plain", href: `#opponent=${one.name}` }, called(one.name)) : called(one.name);
}

const COLOUR = /^#[0-9a-fA-F]{6}$/;

/** Return `text` if it is a colour, else steel. */
export function colour(text) {
  return COLOUR.test(text ?? "") ? text : "#96acc6";
}

/** Return bars that say how strong an opponent of this difficulty is, of five. */
export function bars(difficulty, tint) {
  const lit = Math.max(1, Math.min(5, difficulty));
  const columns = [1, 2, 3, 4, 5].map((one) =>
    svg("rect", { x: one * 8 - 8, y: 14 - one * 2.6, width: 5, height: one * 2.6, rx: 1, fill: one <= lit ? tint : "#224470" }),
  );
  return svg("svg", { class: "bars", viewBox: "0 0 38 14", role: "img", "aria-label": `level ${difficulty}` }, columns);
}

/** Return the strip of an opponent's colour. */
export function strip(tint) {
  const made = el("span", { class: "strip" });
  made.style.background = tint;
  return made;
}

/** Return a rating with its uncertainty, as text. */
export function rated(one) {
  if (one.rating == null) return "not rated yet";
  const about = one.deviation == null ? "" : ` ± ${one.deviation.toFixed(0)}`;
  return `${one.rating.toFixed(0)}${about}`;
}

/** Return a rating and its uncertainty as a line on the scale from `least` to `most`. */
export function interval(one, least, most) {
  const at = (points) => 4 + (112 * (Math.max(least, Math.min(most, points)) - least)) / Math.max(1, most - least);
  return svg("svg", { class: "interval", viewBox: "0 0 120 12", role: "img", "aria-label": rated(one) },
    svg("line", { x1: 4, x2: 116, y1: 6, y2: 6, stroke: "#224470" }),
    svg("line", { x1: at(one.rating - one.deviation), x2: at(one.rating + one.deviation), y1: 6, y2: 6, stroke: "#4ae6d6", "stroke-width": 3, "stroke-linecap": "round" }),
    svg("circle", { cx: at(one.rating), cy: 6, r: 4, fill: "#e6f1ff" }));
}

/** Return a moment as people of this country write it. */
export function moment(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** Return `count` things as text: `1 match`, `2 matches`. */
export function counted(count, one, several = `${one}s`) {
  return `${count} ${count === 1 ? one : several}`;
}
