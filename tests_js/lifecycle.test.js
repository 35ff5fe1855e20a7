import { afterEach, beforeEach, expect, test } from "vitest";

import { Lifecycle } from "../frontend/lifecycle.js";

let calls;
let lifecycle;
let visibility = "visible";

Object.defineProperty(document, "visibilityState", { get: () => visibility });

beforeEach(() => {
  calls = [];
  window.navigation = new EventTarget();
  const connection = {
    start: () => calls.push("start"),
    stop: () => calls.push("stop"),
    wake: () => calls.push("wake"),
  };
  lifecycle = new Lifecycle(connection, () => calls.push("flush"));
  lifecycle.start();
  calls = [];
});

afterEach(() => lifecycle.stop());

function look(state) {
  visibility = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

const navigate = (sameDocument) =>
  window.navigation.dispatchEvent(
    Object.assign(new Event("navigate"), { destination: { sameDocument } }),
  );

test("a page that is about to be left sends what waits, and stays connected", () => {
  window.dispatchEvent(new Event("beforeunload"));

  expect(calls).toEqual(["flush"]);
});

test("a page that is left sends what waits, then closes its socket", () => {
  window.dispatchEvent(new Event("pagehide"));

  expect(calls).toEqual(["flush", "stop"]);
});

test("a page that returns from the back/forward cache connects again", () => {
  window.dispatchEvent(new Event("pageshow"));

  expect(calls).toEqual(["start"]);
});

test("the connection wakes up when the network returns or somebody looks", () => {
  window.dispatchEvent(new Event("online"));
  look("visible");

  expect(calls).toEqual(["wake", "wake"]);
});

test("a page that is hidden sends what waits", () => {
  look("hidden");

  expect(calls).toEqual(["flush"]);
});

test("what waits is sent before the page is navigated away, but not within it", () => {
  navigate(true);
  expect(calls).toEqual([]);
  navigate(false);

  expect(calls).toEqual(["flush"]);
});

test("stopping ends the listening", () => {
  lifecycle.stop();
  calls = [];
  window.dispatchEvent(new Event("pagehide"));
  window.dispatchEvent(new Event("online"));

  expect(calls).toEqual([]);
});
