// The API that this page came from.  Nothing else is ever asked.

const BASE = new URL("..", import.meta.url);
const KEY = "lambda-arcade-key";

/** What the API or the network answered instead of what was asked for; `message` is for people. */
export class Problem extends Error {
  constructor(message, status = 0, field = "") {
    super(message);
    this.status = status;
    this.field = field;
  }

  /** Whether the API wants a key, or another one. */
  get wantsKey() {
    return this.status === 401 || this.status === 403;
  }
}

/** Keep the key to the API until this tab is closed. */
export function keepKey(key) {
  sessionStorage.setItem(KEY, key);
}

/** Return what the API says at `path`.  Throws Problem. */
export async function ask(path) {
  const key = sessionStorage.getItem(KEY);
  const answer = await fetchAt(new URL(path, BASE), key ? { "x-api-key": key } : {});
  const told = await answer.json().catch(() => null);
  if (answer.ok && told !== null) return told;
  throw new Problem(told?.detail ?? told?.message ?? `The answer was ${answer.status}.`, answer.status, told?.field);
}

/** Return the games: by name, their title and tagline, and whether somebody has drawn them. */
export async function games() {
  const answer = await fetchAt(new URL("site/games.json", BASE), {});
  if (!answer.ok) throw new Problem(`The list of games was answered with ${answer.status}.`, 0);
  return answer.json();
}

async function fetchAt(url, headers) {
  try {
    return await fetch(url, { headers, credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    throw new Problem("The cloud does not answer. Is it running?");
  }
}
