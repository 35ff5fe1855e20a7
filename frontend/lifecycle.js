/** Tells the connection and the sender when the page, the network or the visitor come and go. */
export class Lifecycle {
  #connection;
  #flush;

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {() => void} flush sends what is still waiting for its time
   */
  constructor(connection, flush) {
    this.#connection = connection;
    this.#flush = flush;
  }

  start() {
    for (const [target, type, listener] of this.#listeners) {
      target?.addEventListener(type, listener);
    }
    this.#connection.start();
  }

  stop() {
    for (const [target, type, listener] of this.#listeners) {
      target?.removeEventListener(type, listener);
    }
    this.#connection.stop();
  }

  #leave = () => {
    this.#flush();
    this.#connection.stop();
  };

  // A page that comes back from the back/forward cache has lost its socket.
  #return = () => this.#connection.start();

  #lookedAt = () => {
    if (document.visibilityState === "visible") this.#connection.wake();
    else this.#flush();
  };

  #navigated = ({ destination }) => {
    if (!destination.sameDocument) this.#flush();
  };

  // The next page is to show what was typed here, and pagehide comes after it was rendered. Before
  // that, navigate knows only of what the page itself does, and beforeunload also of a reload.
  #listeners = [
    [window, "beforeunload", () => this.#flush()],
    [window, "pagehide", this.#leave],
    [window, "pageshow", this.#return],
    [window, "online", () => this.#connection.wake()],
    [document, "visibilitychange", this.#lookedAt],
    [window.navigation, "navigate", this.#navigated],
  ];
}
