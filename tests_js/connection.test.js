import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";

import { Connection } from "../frontend/connection.js";
import { FakeSocket } from "./support/socket.js";

let connection;
let told;
const sockets = () => FakeSocket.all;
const newest = () => FakeSocket.last;

function connect(options = {}) {
  told = [];
  connection = new Connection({ url: () => "ws://x/", WebSocket: FakeSocket, ...options });
  connection.delegate = {
    connectionOpened: () => told.push("opened"),
    connectionReceived: (text) => told.push(JSON.parse(text)),
    connectionLost: ({ code }) => told.push(`lost ${code}`),
    connectionHeartbeat: () => '"heartbeat"',
  };
  connection.start();
}

function establish() {
  newest().accept();
  connection.established();
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

test("it goes from connecting over greeting to open", () => {
  connect();
  const states = [connection.state];
  newest().accept();
  states.push(connection.state);
  connection.established();
  states.push(connection.state);

  expect(states).toEqual(["connecting", "greeting", "open"]);
  expect(newest().protocol).toBe("liveview.v1");
});

test("starting twice makes one socket", () => {
  connect();
  connection.start();

  expect(sockets()).toHaveLength(1);
});

describe("a lost connection", () => {
  it("is told and comes back", () => {
    connect();
    establish();
    newest().drop(1006);

    expect(told).toEqual(["opened", "lost 1006"]);
    expect(connection.state).toBe("waiting");
    vi.advanceTimersByTime(500);
    expect(sockets()).toHaveLength(2);
  });

  it("waits longer each time, up to 10 s, without an end", () => {
    connect({ random: () => 1 });
    const waits = [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000];

    for (const [index, wait] of waits.entries()) {
      newest().drop();
      vi.advanceTimersByTime(wait - 1);
      expect(sockets()).toHaveLength(index + 1);
      vi.advanceTimersByTime(1);
      expect(sockets()).toHaveLength(index + 2);
    }
  });

  it("spreads the returns over the whole wait", () => {
    connect({ random: () => 0.25 });
    newest().drop();
    vi.advanceTimersByTime(125);

    expect(sockets()).toHaveLength(2);
  });

  it("starts with a short wait again after it was open", () => {
    connect({ random: () => 1 });
    newest().drop();
    vi.advanceTimersByTime(500);
    establish();
    newest().drop();
    vi.advanceTimersByTime(500);

    expect(sockets()).toHaveLength(3);
  });

  it("returns at once when the session ended, but not in a loop", () => {
    connect({ random: () => 1 });
    establish();
    newest().drop(4401);
    vi.advanceTimersByTime(1);
    expect(sockets()).toHaveLength(2);
    newest().drop(4401);
    vi.advanceTimersByTime(1);
    expect(sockets()).toHaveLength(2);
  });

  it("comes back at once when somebody looks or the network returns", () => {
    connect();
    newest().drop();
    connection.wake();

    expect(sockets()).toHaveLength(2);
  });

  it("is also one that could not be made", () => {
    class Forbidden {
      constructor() {
        throw new Error("not allowed here");
      }
    }
    connect({ WebSocket: Forbidden });

    expect(told).toEqual(["lost 0"]);
    expect(connection.state).toBe("waiting");
  });

  it("says nothing any more when it is late", () => {
    connect();
    const [late] = sockets();
    late.drop();
    connection.wake();

    expect(late.onclose).toBeNull();
  });
});

describe("a half-open socket", () => {
  it("is found by a heartbeat and replaced", () => {
    connect({ random: () => 0 });
    establish();
    vi.advanceTimersByTime(25_000);
    expect(newest().sent).toEqual(["heartbeat"]);
    vi.advanceTimersByTime(10_000);

    expect(told.at(-1)).toBe("lost 0");
    expect(sockets()[0].closed).toBe(1000);
  });

  it("is not one that answers, with anything", () => {
    connect();
    establish();
    vi.advanceTimersByTime(25_000);
    newest().push({ ops: [] });
    vi.advanceTimersByTime(24_999);

    expect(connection.state).toBe("open");
    expect(sockets()).toHaveLength(1);
  });

  it("is looked for at once when somebody looks", () => {
    connect();
    establish();
    connection.wake();

    expect(connection.state).toBe("probing");
    expect(connection.ready).toBe(true);
  });

  it("can also be one that never opens or never greets", () => {
    connect({ random: () => 0 });
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual(["lost 0"]);
    vi.advanceTimersByTime(1);
    newest().accept();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual(["lost 0", "opened", "lost 0"]);
  });
});

test("stopping closes cleanly, and starting again makes a new socket", () => {
  connect();
  establish();
  connection.stop();
  expect(newest().closed).toBe(1000);
  vi.advanceTimersByTime(60_000);
  expect(sockets()).toHaveLength(1);

  connection.start();
  expect(sockets()).toHaveLength(2);
  expect(told).toEqual(["opened"]);
});

test("stopping while it connects closes as soon as that is no error in the console", () => {
  connect();
  connection.stop();
  expect(newest().closed).toBeNull();

  newest().accept();
  expect(newest().closed).toBe(1000);
  expect(told).toEqual([]);
});

test("a restart takes a new socket after a short wait", () => {
  connect({ random: () => 1 });
  establish();
  connection.restart();
  vi.advanceTimersByTime(500);

  expect(sockets()).toHaveLength(2);
});
