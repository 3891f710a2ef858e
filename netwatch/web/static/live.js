// Keeps an open page fresh: it listens for marks, and takes over the parts that have changed.
"use strict";
(() => {
  const lost = document.getElementById("lost");
  const sent = new Map();
  let page = document.getElementById("page"), stream = null, heard = Date.now(), busy = false, again = false;

  const remember = () => {
    sent.clear();
    for (const part of page.querySelectorAll("[data-part]")) sent.set(part.id, part.outerHTML);
  };
  const takeOver = (old, fresh) => {
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const open = new Map([...old.querySelectorAll("details[id]")].map((each) => [each.id, each.open]));
    for (const each of fresh.querySelectorAll("details[id]")) if (open.has(each.id)) each.open = open.get(each.id);
    old.replaceWith(fresh);
    const href = held && held.getAttribute("href"), about = held && held.closest("[id]");
    const same = href ? fresh.querySelector(`[href="${CSS.escape(href)}"]`) : about && document.getElementById(about.id);
    if (same) (same.matches("details") ? same.querySelector("summary") : same).focus({ preventScroll: true });
  };
  const swap = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const next = fresh.getElementById("page");
    if (!next) return;
    document.title = fresh.title;
    const parts = [...next.querySelectorAll("[data-part]")];
    if (parts.map((each) => each.id).join() !== [...sent.keys()].join()) page.replaceWith(page = document.adoptNode(next));
    else {
      page.dataset.mark = next.dataset.mark;
      for (const part of parts)
        if (sent.get(part.id) !== part.outerHTML) {
          sent.set(part.id, part.outerHTML);
          takeOver(document.getElementById(part.id), document.adoptNode(part));
        }
      return;
    }
    remember();
  };
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try { swap(await (await fetch(location.href, { headers: { "X-Fragment": "1" } })).text()); } catch { /* the stream breaks too */ }
    busy = false;
    if (again) { again = false; refresh(); }
  };
  const tell = (gone) => {
    if (gone === !lost.hidden) return;
    const { lang, dataset } = document.documentElement;
    const time = new Date(heard).toLocaleTimeString(lang, { timeZone: dataset.zone, hour12: false });
    lost.textContent = gone ? lost.dataset.text.replace("{time}", time) : "";
    lost.hidden = !gone;
    document.body.classList.toggle("stale", gone);
  };
  const hear = () => { heard = Date.now(); tell(false); };
  const connect = () => {
    stream = new EventSource("/live");
    stream.addEventListener("mark", (event) => { hear(); if (event.data !== page.dataset.mark) refresh(); });
    stream.addEventListener("beat", () => { hear(); if ("beat" in page.dataset) refresh(); });
    stream.addEventListener("error", () => tell(true));
  };
  setInterval(() => {
    if (document.hidden) return;
    if (Date.now() - heard > 30000) tell(true);
    if (!stream || stream.readyState === EventSource.CLOSED) connect();
  }, 5000);
  document.addEventListener("visibilitychange", () => { if (document.hidden) { stream.close(); stream = null; } else connect(); });
  remember();
  connect();
})();
