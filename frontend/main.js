import { Application } from "@hotwired/stimulus";
import { socketUrl } from "./address.js";
import { Connection } from "./connection.js";
import { Bases } from "./delta.js";
import { report } from "./dispatch.js";
import { Edits } from "./edits.js";
import { applyFrame } from "./frame.js";
import { Lifecycle } from "./lifecycle.js";
import { Link } from "./link.js";
import { Morph } from "./morph.js";
import { OfflineNotice } from "./offline.js";
import { Outbox } from "./outbox.js";
import { bindByElement, pageController } from "./page_controller.js";
import { Scripts } from "./scripts.js";
import { Sender } from "./sender.js";

// Only while this file runs for the first time does the document know which script it is.
const script = document.currentScript;

const outbox = new Outbox();
const connection = new Connection({ url: () => socketUrl(script) });
const edits = new Edits(() => outbox.newest);
const morph = new Morph(edits);
const context = { morph, edits, scripts: new Scripts(script?.nonce ?? "") };
const apply = (ops, answer) => applyFrame(ops, { ...context, answer });
const link = new Link({ connection, outbox, bases: new Bases(), apply });
const sender = new Sender((message, handedBack) => link.push(message, handedBack));
const lifecycle = new Lifecycle(connection, () => sender.timing.flush());
const application = new Application();

application.handleError = (error, message) =>
  report("page_error", `${message}: ${error.message}`, { error });
bindByElement(application, "page");
application.register("page", pageController(sender));
window.Stimulus = application;

const parts = [edits, morph, sender.timing, new OfflineNotice(), application, lifecycle];
for (const part of parts) part.start();
