import { afterEach, beforeEach, describe, expect, it, test } from "vitest";

import { Connection } from "../frontend/connection.js";
import { Bases } from "../frontend/delta.js";
import { Link } from "../frontend/link.js";
import { Outbox } from "../frontend/outbox.js";
import { heard, listen } from "./support/events.js";
import { FakeSocket } from "./support/socket.js";

let connection;
let link;
let outbox;
let applied;

beforeEach(() => {
  FakeSocket.all = [];
  listen();
  applied = [];
  connection = new Connection({ url: () => "ws://x/", WebSocket: FakeSocket, random: () => 0 });
  const apply = (ops, answer) => applied.push({ ops, answer });
  outbox = new Outbox("p");
  link = new Link({ connection, outbox, bases: new Bases(), apply });
  connection.start();
});

afterEach(() => connection.stop());

function greet(hello) {
  FakeSocket.last.accept();
  FakeSocket.last.greet(hello);
}

function comeBack(hello) {
  FakeSocket.last.drop();
  connection.wake();
  greet(hello);
}

/** Greeted without a session until the client believes it. */
function loseSession() {
  FakeSocket.last.drop();
  for (let greeting = 0; greeting < 3; greeting += 1) {
    connection.wake();
    greet({ session: null });
  }
}

const click = (name = "f", form = null) => link.push({ function: name }, form);
const sentIds = () => FakeSocket.last.take().map(({ id }) => id);

describe("greeting", () => {
  it("says which document this is and what it has seen", () => {
    FakeSocket.last.accept();

    expect(FakeSocket.last.sent).toEqual([{ hello: { page: "p", seen: 0, session: null } }]);
  });

  it("tells the page once that it is connected", () => {
    greet();
    comeBack({ resumed: true });

    expect(heard()).toEqual(["connected", "disconnected", "connected"]);
  });

  it("repeats what it has seen and the session it was in", () => {
    greet({ session: "token" });
    FakeSocket.last.push({ seq: 7, ops: [] });
    FakeSocket.last.drop();
    connection.wake();
    FakeSocket.last.accept();

    expect(FakeSocket.last.sent[0].hello).toEqual({ page: "p", seen: 7, session: "token" });
  });

  it("is over when the session is another one, and says so", () => {
    greet({ session: "one" });
    comeBack({ session: "another" });

    expect(heard("session-ended")).toHaveLength(1);
  });

  it("refuses what waits when the session is another one, and says so", () => {
    greet({ session: "one" });
    click("pay");
    comeBack({ session: "another" });
    click();

    expect(heard("error")).toMatchObject([{ code: "session_ended", function: "pay", event_id: 1 }]);
    expect(sentIds()).toEqual([2]);
  });

  it("comes again when the session is not there yet, as while a login is answered", () => {
    greet({ session: "one" });
    FakeSocket.last.drop();
    click("pay");
    connection.wake();
    greet({ session: null });
    connection.wake();
    greet({ session: "one" });

    expect(heard("session-ended")).toHaveLength(0);
    expect(sentIds()).toEqual([1]);
  });

  it("believes in the end when the session stays away", () => {
    greet({ session: "one" });
    loseSession();

    expect(FakeSocket.all).toHaveLength(4);
    expect(heard("session-ended")).toHaveLength(1);
    expect(connection.ready).toBe(true);
  });

  it("goes on naming the session that has ended, without another doubt or word", () => {
    greet({ session: "one" });
    loseSession();
    comeBack({ session: null });

    expect(FakeSocket.last.sent[0].hello.session).toBe("one");
    expect(connection.ready).toBe(true);
    expect(heard("session-ended")).toHaveLength(1);
  });

  it("is well again without a word when the session that had ended is back", () => {
    greet({ session: "one" });
    loseSession();
    click("pay");
    comeBack({ session: "one" });

    expect(sentIds()).toEqual([1]);
    expect(heard("error")).toEqual([]);
    expect(heard("session-ended")).toHaveLength(1);
  });

  it("names the session that comes after the one that has ended, and says the change once", () => {
    greet({ session: "one" });
    loseSession();
    listen();
    comeBack({ session: "another" });
    comeBack({ session: "another" });

    expect(FakeSocket.last.sent[0].hello.session).toBe("another");
    expect(heard("session-ended")).toHaveLength(1);
  });

  it("is not an end of the session when there was none yet", () => {
    greet({ session: null });
    comeBack({ session: "first" });
    comeBack({ session: "first" });

    expect(heard("session-ended")).toHaveLength(0);
  });
});

describe("events", () => {
  it("wait until the server has greeted back, and leave in order", () => {
    click();
    FakeSocket.last.accept();
    click();
    expect(sentIds()).toEqual([]);
    FakeSocket.last.greet();

    expect(sentIds()).toEqual([1, 2]);
  });

  it("are sent again after a loss, unless they are done", () => {
    greet();
    click();
    click();
    click();
    comeBack({ resumed: true, done: 2 });

    expect(sentIds()).toEqual([3]);
    expect(heard("sent")).toHaveLength(3);
  });

  it("are kept no longer than until they are acknowledged", () => {
    greet();
    click();
    click();
    FakeSocket.last.push({ seq: 1, ack: 1, ops: [] });
    FakeSocket.last.push({ seq: 2, ack: 2, ops: [], error: { code: "handler_error", message: "" } });
    comeBack({ resumed: true, done: 0 });

    expect(sentIds()).toEqual([]);
  });

  it("say what the page has seen", () => {
    greet();
    FakeSocket.last.push({ seq: 4, ops: [] });
    click("save");

    expect(FakeSocket.last.take()).toEqual([{ id: 1, function: "save", seen: 4 }]);
  });

  it("are announced, and a listener can cancel them", () => {
    greet();
    document.addEventListener("liveview:before-send", (event) => event.preventDefault(), {
      once: true,
    });
    click("cancelled");
    click("sent");

    expect(FakeSocket.last.take()).toMatchObject([{ id: 1, function: "sent" }]);
    expect(heard("sent")).toMatchObject([{ id: 1, function: "sent" }]);
  });

  it("that are too large for the server are refused and said", () => {
    greet();
    link.push({ function: "upload", data: { text: "x".repeat(1024 * 1024) } });

    expect(FakeSocket.last.take()).toEqual([]);
    expect(heard("error")).toMatchObject([{ code: "message_too_large", function: "upload" }]);
  });
});

describe("frames", () => {
  const op = { target: "#a", html: "x" };

  it("are applied once, also when they are sent again", () => {
    greet();
    FakeSocket.last.push({ seq: 1, ops: [op] });
    FakeSocket.last.push({ seq: 1, ops: [op] });

    expect(applied).toHaveLength(1);
  });

  it("are numbered anew when the server could not go on", () => {
    greet();
    FakeSocket.last.push({ seq: 5, ops: [op] });
    comeBack({ resumed: false });
    FakeSocket.last.push({ seq: 1, ops: [op] });

    expect(applied).toHaveLength(2);
  });

  it("answer the event that they acknowledge, or the one that still runs", () => {
    const form = document.createElement("form");
    greet();
    click("save", form);
    FakeSocket.last.push({ seq: 1, answers: 1, ops: [op] });
    FakeSocket.last.push({ seq: 2, ack: 1, ops: [op] });
    FakeSocket.last.push({ seq: 3, ops: [op] });

    const answer = { id: 1, handedBack: form };
    expect(applied.map((frame) => frame.answer)).toEqual([answer, answer, null]);
  });

  it("still answer their event when they arrive after a loss", () => {
    const form = document.createElement("form");
    greet();
    click("save", form);
    comeBack({ resumed: true, done: 1 });
    FakeSocket.last.push({ seq: 1, ack: 1, ops: [op] });

    expect(applied[0].answer).toEqual({ id: 1, handedBack: form });
  });

  it("that are lost with another process are said to be", () => {
    greet();
    expect(heard("resync")).toHaveLength(0);
    comeBack({ resumed: true });
    expect(heard("resync")).toHaveLength(0);
    comeBack({ resumed: false });

    expect(heard("resync")).toEqual([{ reason: "Answers to this page may have been lost." }]);
  });

  it("of another process do not answer what was done before", () => {
    greet();
    click("save", document.createElement("form"));
    comeBack({ resumed: false, done: 1 });

    expect(outbox.find(1)).toBeUndefined();
  });

  it("with a delta that fits nothing are asked for again", () => {
    greet();
    FakeSocket.last.push({ seq: 1, ops: [{ target: "#a", delta: [1, 1, ""] }] });

    expect(heard("error")).toMatchObject([{ code: "bad_delta" }]);
    expect(connection.state).toBe("waiting");
    connection.wake();
    FakeSocket.last.accept();
    expect(FakeSocket.last.sent[0].hello.seen).toBe(0);
  });

  it("with an error are reported, with the event that failed", () => {
    greet();
    click("incrment");
    const error = { code: "unknown_function", message: "Unknown handler.", function: "incrment" };
    FakeSocket.last.push({ seq: 1, ack: 1, ops: [], error });

    expect(heard("error")).toEqual([{ ...error, event_id: 1 }]);
  });

  it("with resync are handed on", () => {
    greet();
    FakeSocket.last.push({ seq: 1, ops: [], resync: { reason: "another process" } });

    expect(heard("resync")).toEqual([{ reason: "another process" }]);
  });

  it("of unknown kinds are ignored", () => {
    greet();
    FakeSocket.last.push({ pong: 1 });
    FakeSocket.last.push({ somethingNew: {} });

    expect(heard()).toEqual(["connected"]);
  });

  it("that are no JSON object are reported", () => {
    greet();
    FakeSocket.last.onmessage({ data: "<html>" });

    expect(heard("error")).toMatchObject([
      { code: "bad_message", message: "Expected a JSON object, but got <html>" },
    ]);
  });
});

test("a sign of life says what was seen", () => {
  greet();
  FakeSocket.last.push({ seq: 3, ops: [] });
  FakeSocket.last.take();
  connection.wake();

  expect(FakeSocket.last.take()).toEqual([{ ping: 1, seen: 3 }]);
});
