import { Controller } from "@hotwired/stimulus";
import { isBrowsersOwn, replacesDefault } from "./activation.js";

/**
 * The controller that data-action="...->page#run" names.
 *
 * @param {import("./sender.js").Sender} sender
 */
export const pageController = (sender) =>
  class extends Controller {
    run(event) {
      const { element, keyFilter } = event.liveviewAction;
      if (isBrowsersOwn(element, event, keyFilter)) return;
      if (replacesDefault(element, event, keyFilter)) event.preventDefault();
      sender.run(element, event);
    }

    stop(event) {
      event.stopPropagation();
    }
  };

/**
 * Stimulus tells a method the event, but not which element's action it is; and it goes by the
 * place of the event's target, so that nested controllers run an action never or twice. For our
 * actions the nearest controller around the element that carries the action is the one.
 *
 * @param {import("@hotwired/stimulus").Application} application before it starts
 * @param {string} identifier of our controller
 */
export function bindByElement(application, identifier) {
  const { dispatcher } = application;
  const bindingConnected = dispatcher.bindingConnected.bind(dispatcher);
  dispatcher.bindingConnected = (binding) => {
    if (binding.identifier === identifier) adopt(binding);
    bindingConnected(binding);
  };
}

function adopt(binding) {
  const { action, scope } = binding;
  const prepare = binding.prepareActionEvent.bind(binding);
  binding.prepareActionEvent = (event) =>
    Object.assign(prepare(event), { liveviewAction: action });
  binding.willBeInvokedByEvent = (event) =>
    scope.containsElement(action.element) && !isFilteredOut(action, event);
}

function isFilteredOut(action, event) {
  if (event instanceof KeyboardEvent) return action.shouldIgnoreKeyboardEvent(event);
  return event instanceof MouseEvent && action.shouldIgnoreMouseEvent(event);
}
