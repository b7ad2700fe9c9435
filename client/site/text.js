// A game that nobody has drawn: its board as the rules print it.

import { el } from "./dom.js";

export function view() {
  const node = el("pre", { class: "board-text", tabindex: "0", "aria-label": "The board" });
  return {
    node,
    draw(now) {
      node.textContent = now.text ?? JSON.stringify(now, null, 1);
    },
  };
}
