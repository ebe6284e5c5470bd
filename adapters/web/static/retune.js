// The workbench: sends the draft while somebody types or moves a slider, and puts the answer into the page. A newer change
// gives up the request before it. The form does the same with its button, without this script.
"use strict";
(() => {
  const typingPauseMS = 250;
  const form = document.getElementById("retune");
  if (!form) return;
  const text = form.querySelector("textarea[name=document]");
  const gutter = document.getElementById("gutter");
  const said = document.getElementById("said");
  const patienceMS = 300; // how long a moving slider waits for the answer to where it was
  let sending = null; // the request under way
  let began = 0;
  let again = false; // something changed since it was sent
  let timer = 0;

  // The numbers of the lines stand beside the text and move with it.
  const marks = () => {
    const found = new Map();
    for (const a of form.querySelectorAll("#found [data-line]")) {
      const bad = a.closest("li").classList.contains("is-bad");
      const line = Number(a.dataset.line);
      if (bad || !found.has(line)) found.set(line, bad ? "bad" : "warn");
    }
    const lines = text.value.split("\n").length;
    const rows = document.createDocumentFragment();
    for (let n = 1; n <= lines; n++) {
      const row = document.createElement("div");
      row.textContent = n;
      if (found.has(n)) row.className = found.get(n);
      rows.append(row);
    }
    gutter.replaceChildren(rows);
    gutter.scrollTop = text.scrollTop;
  };
  text.addEventListener("scroll", () => { gutter.scrollTop = text.scrollTop; });

  const showSliders = (root) => {
    for (const slider of root.querySelectorAll(".knob input[type=range]")) slider.hidden = false;
  };

  // takeKnobs puts other values into the knobs that are there, and leaves alone the one that is being moved; where the
  // document has other knobs, they are all made anew.
  const takeKnobs = (from) => {
    const panel = document.getElementById("knobs");
    const ids = (root) => [...root.querySelectorAll("[data-knob]")].map((k) => k.dataset.knob).join(" ");
    if (ids(from) !== ids(panel)) {
      showSliders(from);
      panel.replaceChildren(...from.childNodes);
      return;
    }
    const focused = document.activeElement?.closest?.("[data-knob]");
    for (const next of from.querySelectorAll("[data-knob]")) {
      const knob = panel.querySelector(`[data-knob="${CSS.escape(next.dataset.knob)}"]`);
      knob.querySelector("[type=hidden]").value = next.querySelector("[type=hidden]").value;
      const wrong = next.querySelector(".wrong");
      knob.querySelector(".wrong")?.remove();
      if (wrong) knob.append(wrong);
      const number = knob.querySelector("[type=number]");
      number.toggleAttribute("aria-invalid", Boolean(wrong));
      if (wrong) number.setAttribute("aria-invalid", "true");
      if (knob === focused) continue;
      const slider = knob.querySelector("[type=range]");
      const made = next.querySelector("[type=range]");
      for (const name of ["min", "max", "step"]) slider[name] = made[name];
      slider.value = made.value;
      if (!wrong) number.value = made.value;
    }
  };

  const take = (html) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    if (!answer.getElementById("now")) return;
    const changed = answer.getElementById("document");
    if (changed && changed.value !== text.value) {
      const { scrollTop, scrollLeft } = text;
      text.value = changed.value;
      text.scrollTop = scrollTop;
      text.scrollLeft = scrollLeft;
    }
    takeKnobs(answer.getElementById("knobs"));
    const open = [...document.querySelectorAll("#more details, #now details")].map((d) => d.open);
    for (const id of ["found", "now", "more"]) document.getElementById(id).replaceChildren(...answer.getElementById(id).childNodes);
    document.querySelectorAll("#more details, #now details").forEach((d, i) => { d.open = open[i] ?? false; });
    const usable = answer.getElementById("found").dataset.usable === "true";
    text.toggleAttribute("aria-invalid", !usable);
    if (!usable) text.setAttribute("aria-invalid", "true");
    said.textContent = document.querySelector("#now .lead, #now .empty")?.textContent ?? "";
    marks();
  };

  const send = async () => {
    clearTimeout(timer);
    sending?.abort();
    const mine = sending = new AbortController();
    began = performance.now();
    again = false;
    form.classList.add("is-busy");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "Laurel-Piece": "answer" }, signal: mine.signal,
      });
      const html = await answer.text();
      if (mine !== sending) return;
      if (answer.headers.get("Content-Type")?.startsWith("text/html") && html.includes('id="now"')) take(html);
      else said.textContent = "The server could not answer. Try again, or load the page again.";
    } catch (e) {
      if (e.name !== "AbortError") said.textContent = "The server cannot be reached.";
    } finally {
      if (mine === sending) {
        sending = null;
        form.classList.remove("is-busy");
        if (again) send();
      }
    }
  };
  const sendSoon = (pause) => {
    clearTimeout(timer);
    sending?.abort(); // what it asked for is not wanted any more
    timer = setTimeout(send, pause);
  };
  // A slider that moves shows every answer that comes quickly, and gives up only those that do not: else it would show
  // none before it stops.
  const sendMoving = () => {
    if (!sending || performance.now() - began > patienceMS) send();
    else again = true;
  };

  form.addEventListener("input", (e) => {
    if (e.target === text) {
      marks();
      sendSoon(typingPauseMS);
      return;
    }
    const knob = e.target.closest("[data-knob]");
    if (!knob) return;
    const number = knob.querySelector("[type=number]");
    if (e.target.type === "range") number.value = e.target.value;
    else if (e.target.value !== "") knob.querySelector("[type=range]").value = e.target.value;
    if (e.target.type === "range") sendMoving();
    else if (number.value !== "") sendSoon(typingPauseMS);
  });
  form.addEventListener("submit", (e) => {
    if (e.submitter?.hasAttribute("formaction")) return; // another page
    e.preventDefault();
    send();
  });
  // A finding leads to its place in the text.
  form.addEventListener("click", (e) => {
    const link = e.target.closest("[data-line]");
    if (!link) return;
    e.preventDefault();
    const lines = text.value.split("\n");
    const line = Number(link.dataset.line) - 1;
    let at = 0;
    for (let n = 0; n < line && n < lines.length; n++) at += lines[n].length + 1;
    text.focus();
    text.setSelectionRange(at + Number(link.dataset.column) - 1, at + (lines[line]?.length ?? 0));
    const height = parseFloat(getComputedStyle(text).lineHeight) || 18;
    text.scrollTop = Math.max(0, (line - 5) * height);
  });

  gutter.hidden = false;
  showSliders(form);
  marks();
})();
