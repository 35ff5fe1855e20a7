import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";

import { Timing } from "../frontend/timing.js";

let sent;
let timing;
const find = (selector) => document.querySelector(selector);
const run = (selector, event = selector) => timing.run(find(selector), event);

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = `
    <input id="a" data-liveview-debounce="300">
    <input id="b" data-liveview-debounce="500">
    <button id="t" data-liveview-throttle="1000"></button>
    <button id="now"></button>`;
  sent = [];
  timing = new Timing((element, event) => sent.push(event));
  timing.start();
});

afterEach(() => {
  timing.stop();
  vi.useRealTimers();
});

test("without debounce or throttle every event is sent at once", () => {
  run("#now", "first");
  run("#now", "second");

  expect(sent).toEqual(["first", "second"]);
});

describe("debounce", () => {
  it("sends the last event when the element has been quiet", () => {
    run("#a", "first");
    vi.advanceTimersByTime(299);
    run("#a", "second");
    vi.advanceTimersByTime(299);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);

    expect(sent).toEqual(["second"]);
  });

  it("is per element", () => {
    run("#a");
    run("#b");
    vi.advanceTimersByTime(500);

    expect(sent).toEqual(["#a", "#b"]);
  });

  it("sends nothing for an element that is gone", () => {
    run("#a");
    find("#a").remove();
    vi.advanceTimersByTime(300);

    expect(sent).toEqual([]);
  });
});

describe("flush", () => {
  it("sends what waits in the order in which it was made, once", () => {
    run("#a");
    run("#b");
    run("#a");
    timing.flush();
    vi.advanceTimersByTime(1000);

    expect(sent).toEqual(["#b", "#a"]);
  });

  it("can be for some elements only", () => {
    run("#a");
    run("#b");
    timing.flush((element) => element.id === "b");

    expect(sent).toEqual(["#b"]);
  });

  it("happens when the field loses its focus", async () => {
    find("#a").focus();
    run("#a");
    run("#b");
    find("#b").focus();
    await Promise.resolve();

    expect(sent).toEqual(["#a"]);
  });

  it("does not happen when the field loses its focus because it is removed", async () => {
    find("#a").focus();
    run("#a");
    // As Chromium does: first the event, then the removal.
    find("#a").dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    find("#a").remove();
    await Promise.resolve();
    vi.advanceTimersByTime(1000);

    expect(sent).toEqual([]);
  });
});

test("throttle sends the first event and drops the others within the time", () => {
  run("#t", 1);
  run("#t", 2);
  vi.advanceTimersByTime(999);
  run("#t", 3);
  vi.advanceTimersByTime(1);
  run("#t", 4);
  vi.advanceTimersByTime(5000);

  expect(sent).toEqual([1, 4]);
});
