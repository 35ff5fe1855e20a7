import { describe, expect, it, test } from "vitest";

import { Outbox } from "../frontend/outbox.js";

const ids = (outbox) => outbox.waiting.map(({ event }) => event.id);

function outboxOf(count) {
  const outbox = new Outbox();
  for (let n = 0; n < count; n += 1) outbox.add({ function: "f" });
  return outbox;
}

test("every document has a page id of its own", () => {
  expect(new Outbox().page).toMatch(/^[0-9a-f]{32}$/);
  expect(new Outbox().page).not.toBe(new Outbox().page);
});

test("events are numbered from 1 and wait in order", () => {
  const outbox = outboxOf(3);

  expect(ids(outbox)).toEqual([1, 2, 3]);
  expect(outbox.newest).toBe(3);
});

test("an acknowledgement settles the event and all before it", () => {
  const outbox = outboxOf(3);
  outbox.acknowledge(2);

  expect(ids(outbox)).toEqual([3]);
  expect(outbox.find(2)).toBeUndefined();
});

test("what is handled waits no more, but its answer is still expected", () => {
  const outbox = outboxOf(2);
  outbox.handled(1);

  expect(ids(outbox)).toEqual([2]);
  expect(outbox.find(1).event.id).toBe(1);
});

describe("a message above 1 MiB", () => {
  const big = (text) => ({ function: "f", data: { text } });

  it("is refused and takes no id", () => {
    const outbox = new Outbox();

    expect(outbox.add(big("x".repeat(1024 * 1024)))).toBeNull();
    expect(outbox.add({ function: "f" }).event.id).toBe(1);
  });

  it("is measured in bytes, not in characters", () => {
    expect(new Outbox().add(big("x".repeat(600_000)))).not.toBeNull();
    expect(new Outbox().add(big("é".repeat(600_000)))).toBeNull();
  });
});
