// What pages need beyond htmx: the theme, word of changes, and forms that submit on change. Nothing here is needed to
// read a page or to send a form.
"use strict";
(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("laurel-theme"); } catch { return null; } };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme; else delete root.dataset.theme;
    for (const b of document.querySelectorAll("[data-theme-choice]")) {
      b.setAttribute("aria-pressed", String(b.dataset.themeChoice === (theme ?? "auto")));
    }
  };
  apply(stored());
  document.addEventListener("DOMContentLoaded", () => apply(stored()));
  document.addEventListener("click", (e) => {
    const choice = e.target.closest?.("[data-theme-choice]");
    if (!choice) return;
    const theme = choice.dataset.themeChoice === "auto" ? null : choice.dataset.themeChoice;
    try { theme ? localStorage.setItem("laurel-theme", theme) : localStorage.removeItem("laurel-theme"); } catch { /* private mode */ }
    apply(theme);
  });

  // A page that shows the present says where word of changes comes from; what of it follows along hears "laurel:changed"
  // on its body. A page of which nothing does, such as one with a form that somebody may be filling in, says that there is
  // news.
  document.addEventListener("DOMContentLoaded", () => {
    const address = document.body.dataset.live;
    if (!address || !window.EventSource) return;
    const source = new EventSource(address);
    source.addEventListener("changed", () => {
      document.body.dispatchEvent(new CustomEvent("laurel:changed"));
      if (!document.querySelector('[hx-trigger^="laurel:changed"]')) document.getElementById("news").hidden = false;
    });
    addEventListener("pagehide", () => source.close());
  });

  document.addEventListener("change", (e) => {
    const form = e.target.closest?.("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });
  // An action that cannot be undone says so before it is sent.
  document.addEventListener("submit", (e) => {
    const question = e.submitter?.dataset.confirm ?? e.target.dataset?.confirm;
    if (question && !confirm(question)) e.preventDefault();
  });
})();
