import {
  NO_CONNECTION_HIDE as HIDE,
  NO_CONNECTION_ID as ID,
  NO_CONNECTION_SHOW as SHOW,
  OFFLINE,
} from "./attributes.js";

/** Says on the page that there is no connection, from the first time that one failed. */
export class OfflineNotice {
  #shown = null;
  #observer = new MutationObserver(() => this.#refresh());

  start() {
    document.addEventListener("liveview:connected", this.#hide);
    document.addEventListener("liveview:disconnected", this.#show);
  }

  stop() {
    document.removeEventListener("liveview:connected", this.#hide);
    document.removeEventListener("liveview:disconnected", this.#show);
    this.#observer.disconnect();
  }

  #show = () => {
    this.#shown = true;
    document.documentElement.setAttribute(OFFLINE, "");
    // The notice may be added, or rendered anew, while there is no connection.
    this.#observer.observe(document.documentElement, { childList: true, subtree: true });
    this.#refresh();
  };

  #hide = () => {
    if (this.#shown === null) return;
    this.#shown = false;
    document.documentElement.removeAttribute(OFFLINE);
    this.#observer.disconnect();
    this.#refresh();
  };

  #refresh() {
    const notice = document.getElementById(ID);
    notice?.classList.toggle(SHOW, this.#shown);
    notice?.classList.toggle(HIDE, !this.#shown);
  }
}
