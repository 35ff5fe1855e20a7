/** What the page hears of us. */

const NAMES = [
  "connected",
  "disconnected",
  "before-send",
  "sent",
  "before-update",
  "updated",
  "error",
  "form-restored",
  "no_draft_found",
  "session-ended",
  "resync",
];

let events = [];

for (const name of NAMES) {
  document.addEventListener(`liveview:${name}`, ({ detail }) => events.push({ name, detail }));
}

/** Forgets what was heard so far. */
export function listen() {
  events = [];
}

/** The details of the events of that name; without a name, the names of all. */
export function heard(name) {
  if (!name) return events.map((event) => event.name);
  return events.filter((event) => event.name === name).map(({ detail }) => detail);
}
