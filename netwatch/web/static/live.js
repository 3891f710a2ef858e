// Keeps an open page fresh: it listens for marks, and takes over the parts that have changed.
"use strict";
(() => {
  const lost = document.getElementById("lost"), root = document.documentElement;
  const partsOf = (page) => new Map([...page.querySelectorAll("[data-part]")].map((part) => [part.id, part.outerHTML]));
  let page = document.getElementById("page"), sent = partsOf(page);
  let stream = null, heard = Date.now(), busy = false, again = false;

  // What somebody has opened stays open, and what they are on keeps the focus.
  const takeOver = (old, fresh) => {
    const held = old.contains(document.activeElement) && document.activeElement;
    for (const each of old.querySelectorAll("details[id]"))
      fresh.querySelector(`#${CSS.escape(each.id)}`)?.toggleAttribute("open", each.open);
    old.replaceWith(fresh);
    const way = held && (held.getAttribute("href") ? `[href="${CSS.escape(held.getAttribute("href"))}"]` : `#${CSS.escape(held.parentElement.id)} > summary`);
    if (way) fresh.querySelector(way)?.focus({ preventScroll: true });
  };
  const swap = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html"), next = fresh.getElementById("page");
    if (!next) return;
    const parts = partsOf(next), same = [...parts.keys()].join() === [...sent.keys()].join();
    document.title = fresh.title;
    page.dataset.mark = next.dataset.mark;
    for (const [id, html] of same ? parts : [])
      if (sent.get(id) !== html) takeOver(document.getElementById(id), next.querySelector(`#${CSS.escape(id)}`));
    if (!same) { page.replaceWith(next); page = next; }
    sent = parts;
  };
  const refresh = async () => {
    again = busy;
    if (busy) return;
    busy = true;
    try { swap(await (await fetch(location.href, { headers: { "X-Fragment": "1" } })).text()); }
    catch (error) { if (!(error instanceof TypeError)) throw error; } // no connection: the stream breaks as well
    finally { busy = false; }
    if (again) refresh();
  };
  const tell = (gone) => {
    const time = new Date(heard).toLocaleTimeString(root.lang, { timeZone: root.dataset.zone, hour12: false });
    if (gone === lost.hidden) lost.textContent = gone ? lost.dataset.text.replace("{time}", time) : "";
    lost.hidden = !gone;
    document.body.classList.toggle("stale", gone);
  };
  const connect = () => {
    const hear = (act) => (event) => { heard = Date.now(); tell(false); act(event.data); };
    stream = new EventSource("/live");
    stream.addEventListener("mark", hear((mark) => mark === page.dataset.mark || refresh()));
    stream.addEventListener("beat", hear(() => "beat" in page.dataset && refresh()));
    stream.addEventListener("error", () => tell(true));
  };
  const watch = () => { // a browser gives up a stream that was answered with an error; we do not
    if (document.hidden) return stream?.close();
    if (Date.now() - heard > 30000) { tell(true); stream?.close(); }
    if (!stream || stream.readyState === EventSource.CLOSED) connect();
  };
  document.addEventListener("visibilitychange", watch);
  setInterval(watch, 5000);
  watch();
})();
