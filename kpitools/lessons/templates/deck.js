"use strict";
(() => {
  const root = document.documentElement, slides = [...document.querySelectorAll(".slide")];
  const place = document.getElementById("place"), words = document.body.dataset.place;
  const speaker = location.search === "?speaker";
  let at = 0, other = speaker ? window.opener : null;
  root.classList.add("js");
  root.classList.toggle("speaker", speaker);

  // Make a full slide smaller until it fits; the notes of a speaker may scroll.
  const fit = (slide) => {
    const box = slide.firstElementChild;
    for (let size = 100; size >= 50; size -= 5) {
      box.style.fontSize = size + "%";
      const fits = slide.scrollHeight <= slide.clientHeight + 1 && slide.scrollWidth <= slide.clientWidth + 1;
      if (speaker || fits) return;
    }
  };
  const show = (n, tell = true) => {
    at = Math.max(0, Math.min(slides.length - 1, n));
    slides.forEach((slide, i) => slide.classList.toggle("here", i === at));
    place.textContent = words.replace("{n}", at + 1).replace("{all}", slides.length);
    history.replaceState(null, "", "#" + (at + 1));
    fit(slides[at]);
    slides[at].scrollTop = 0;
    if (tell && other && !other.closed) other.postMessage({ slide: at }, "*");
  };
  const notes = () => {
    const on = root.classList.toggle("with-notes");
    const button = document.getElementById("notes");
    if (button) button.setAttribute("aria-pressed", on);
    fit(slides[at]);
  };
  const second = () => { other = window.open(location.pathname + "?speaker#" + (at + 1), "speaker", "width=900,height=700"); };
  const keys = {
    ArrowRight: () => show(at + 1), PageDown: () => show(at + 1), " ": () => show(at + 1), ArrowDown: () => show(at + 1),
    ArrowLeft: () => show(at - 1), PageUp: () => show(at - 1), ArrowUp: () => show(at - 1),
    Home: () => show(0), End: () => show(slides.length - 1),
    n: notes, s: second, p: () => print(), f: () => root.requestFullscreen && root.requestFullscreen(),
  };
  addEventListener("keydown", (event) => {
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && event.target.tagName === "BUTTON")) return;
    event.preventDefault();
    act();
  });
  addEventListener("message", (event) => {
    if (event.source === other || (event.source && event.source === window.opener)) {
      if (event.data && Number.isInteger(event.data.slide)) show(event.data.slide, false);
    }
  });
  addEventListener("resize", () => fit(slides[at]));
  addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1 || 0));
  document.getElementById("next").addEventListener("click", () => show(at + 1));
  document.getElementById("back").addEventListener("click", () => show(at - 1));
  const button = document.getElementById("notes");
  if (button) button.addEventListener("click", notes);
  show(Number(location.hash.slice(1)) - 1 || 0);
})();
