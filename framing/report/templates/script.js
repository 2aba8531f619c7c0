"use strict";
(() => {
  const card = document.getElementById("card");
  const marks = [...document.querySelectorAll(".text a[data-m]")];
  const LAYERS = { a: ["source", "cue", "content"], h: ["hedge"], l: ["loaded"] };
  const box = (layer) => document.getElementById("show-" + layer);
  const visible = (key) => LAYERS[key[0]].some((layer) => box(layer).checked);
  const keysOf = (element) => (element.dataset.m || "").split(" ").filter((key) => key && visible(key));
  // The keys that begin at a mark: those of what its description names.
  const reachable = (mark) => mark.getAttribute("aria-describedby").split(" ").some((id) => visible(id.replace("about-", "")));
  let shown = null; // the mark whose card is open
  let pinned = false;
  let leaving = 0;

  // What the card shows are copies of entries of the lists: no markup is ever made from a string.
  function open(mark, pin) {
    clearTimeout(leaving);
    const keys = keysOf(mark);
    if (!keys.length) return;
    if (shown === mark && pinned) return;
    close();
    shown = mark;
    pinned = pin;
    for (const key of keys) {
      const entry = document.getElementById("about-" + key).cloneNode(true);
      entry.removeAttribute("id");
      card.append(entry);
    }
    const told = keys.filter((key) => key[0] !== "l"); // a loaded sentence holds too much to stand out
    for (const [name, data] of told.length ? [["on", "m"], ["lit", "o"]] : []) {
      const parts = told.map((key) => `.text [data-${data}~="${key}"]`).join(", ");
      for (const piece of document.querySelectorAll(parts)) piece.classList.add(name);
    }
    card.hidden = false;
    place(mark);
  }

  function close() {
    clearTimeout(leaving);
    for (const piece of document.querySelectorAll(".text .on, .text .lit")) piece.classList.remove("on", "lit");
    card.replaceChildren();
    card.hidden = true;
    shown = null;
    pinned = false;
  }

  function place(mark) {
    card.style.left = card.style.top = "";
    if (getComputedStyle(card).position === "fixed") return; // docked, on narrow screens
    const at = mark.getClientRects()[0] || mark.getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    const below = at.bottom + 8;
    const above = at.top - card.offsetHeight - 8;
    const top = below + card.offsetHeight > innerHeight && above > 0 ? above : below;
    card.style.left = Math.max(8, Math.min(at.left, wide - card.offsetWidth - 8)) + scrollX + "px";
    card.style.top = top + scrollY + "px";
  }

  // Of all marks one is in the order of tabs; the arrow keys move on from it.
  function rove(to) {
    for (const mark of marks) if (mark.tabIndex === 0 && mark !== to) mark.tabIndex = -1;
    to.tabIndex = 0;
  }

  function step(from, by) {
    for (let n = from + by; n >= 0 && n < marks.length; n += by) {
      if (reachable(marks[n])) return marks[n].focus();
    }
  }

  const markOf = (target) => (target instanceof Element ? target.closest(".text [data-m]") : null);

  document.addEventListener("focusin", (event) => {
    const mark = markOf(event.target);
    if (mark) {
      rove(mark);
      open(mark, false);
    } else if (shown && !card.contains(event.target)) close();
  });
  document.addEventListener("focusout", (event) => {
    if (shown === event.target && !pinned) close();
  });
  document.addEventListener("mouseover", (event) => {
    if (card.contains(event.target)) return clearTimeout(leaving);
    const mark = markOf(event.target);
    if (mark && mark !== shown && !pinned) open(mark, false);
    else if (mark === shown) clearTimeout(leaving);
    else if (shown && !pinned && document.activeElement !== shown) {
      clearTimeout(leaving);
      leaving = setTimeout(close, 300);
    }
  });
  document.addEventListener("click", (event) => {
    const mark = markOf(event.target);
    if (mark && event.detail > 0) {
      event.preventDefault(); // the pointer pins the card; the key Enter goes on to the entry
      if (shown === mark && pinned) return close();
      if (marks.includes(mark)) rove(mark);
      close();
      open(mark, true);
    } else if (!mark && shown && !card.contains(event.target)) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const from = marks.indexOf(event.target);
    if (from < 0) return;
    const forth = [from, 1];
    const back = [from, -1];
    const steps = { ArrowRight: forth, ArrowDown: forth, ArrowLeft: back, ArrowUp: back, Home: [-1, 1], End: [marks.length, -1] };
    if (!(event.key in steps)) return;
    event.preventDefault();
    step(...steps[event.key]);
  });
  document.addEventListener("change", () => {
    close();
    const stop = marks.find((mark) => mark.tabIndex === 0);
    if (stop && reachable(stop)) return;
    const next = marks.find(reachable);
    if (next) rove(next);
  });

  // An entry in a closed list is opened when somebody goes there.
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const list = target && target.closest("details");
    if (list && !list.open) {
      list.open = true;
      target.scrollIntoView();
    }
    if (target && marks.includes(target)) target.focus();
  }
  addEventListener("hashchange", reveal);
  addEventListener("resize", () => shown && place(shown));
  reveal();
})();
