// The frames of a match, fetched piece by piece as they are wanted.  What happened is the API's word; here it is only kept.

import { Problem, ask } from "./api.js";

const PIECE = 500;

export class Film {
  constructor(id) {
    this.id = id;
    this.frames = [];
    this.match = null;
    this.asked = new Map();
  }

  /** Return the frame of `step` if it is here. */
  has(step) {
    return this.frames[step];
  }

  /** Return where the piece begins that holds `step`. */
  start(step) {
    return Math.floor(step / PIECE) * PIECE;
  }

  /** Return the frame of `step`, fetched if need be.  Throws Problem. */
  async at(step) {
    let start = this.start(step);
    while (!this.frames[step]) {
      if (start === null) throw new Problem("The match has no such move.");
      start = await this.piece(start);
    }
    return this.frames[step];
  }

  /** Fetch the piece that begins at `start`, once; return where the next one begins, null after the last. */
  piece(start) {
    if (!this.asked.has(start)) {
      const coming = this.fetch(start);
      this.asked.set(start, coming);
      coming.catch(() => this.asked.delete(start)); // it may be asked for again
    }
    return this.asked.get(start);
  }

  async fetch(start) {
    const answer = await ask(`records/${encodeURIComponent(this.id)}/frames?from=${start}`);
    const { frames, next, ...match } = answer;
    this.match ??= match;
    let view = {};
    for (const frame of frames) {
      view = { ...view, ...frame.view }; // a frame tells what differs from the one before
      this.frames[frame.step] = { ...frame, view };
    }
    return next;
  }
}
