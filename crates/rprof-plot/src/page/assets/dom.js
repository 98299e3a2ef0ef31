// Elements. Text is set as text, never as markup, so that nothing in a trace can become an element.
rprof.dom = (() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  /** The element of the page with an id. */
  const byId = (id) => document.getElementById(id);

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
    return element;
  }

  /** A new element with attributes (`onclick` is a listener) and children, of which texts are text. */
  function h(name, attributes = {}, ...children) {
    return fill(document.createElement(name), attributes, children);
  }

  /** A new element of SVG. */
  function svg(name, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, name), attributes, children);
  }

  /** A swatch in a colour of the theme. */
  function swatch(colour, isLine) {
    return h("span", { class: `swatch ${isLine ? "line" : ""} colour-${colour}`, "aria-hidden": "true" });
  }

  /** Replaces what an element contains. */
  function set(element, ...children) {
    element.replaceChildren(...children.flat(Infinity).filter((child) => child != null && child !== false));
  }

  /** Says a sentence to a screen reader. */
  function say(text) {
    byId("live").textContent = text;
  }

  return { byId, h, svg, swatch, set, say };
})();
