"use strict";
// The page is whole without this: it only lets the arrow keys go from mark to mark.
(() => {
  const marks = Array.from(document.querySelectorAll(".whole a.mark"));
  const place = (mark) => [Number(mark.dataset.x), Number(mark.dataset.y)];
  const beside = (from, down) => {
    const [x, y] = place(from);
    const there = marks.filter((m) => (down ? place(m)[1] > y : place(m)[1] < y));
    const near = (m) => Math.abs(place(m)[1] - y) * 2 + Math.abs(place(m)[0] - x);
    return there.sort((a, b) => near(a) - near(b))[0];
  };
  const targets = {
    ArrowRight: (at) => marks[at + 1],
    ArrowLeft: (at) => marks[at - 1],
    Home: () => marks[0],
    End: () => marks[marks.length - 1],
    ArrowDown: (at) => beside(marks[at], true),
    ArrowUp: (at) => beside(marks[at], false),
  };
  document.addEventListener("keydown", (event) => {
    const at = marks.indexOf(document.activeElement);
    if (at < 0 || !(event.key in targets) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = targets[event.key](at);
    if (next) next.focus();
  });
})();
