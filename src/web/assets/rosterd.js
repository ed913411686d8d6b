// Quicker with keys and a pointer, and up to date by itself; every page works without this.
"use strict";

// j and k move along a list, x selects, Enter opens, / goes to the search.
const lines = () => [...document.querySelectorAll("table[data-keys] tbody tr:not(.group)")];
let at = -1;

function go(to) {
  const rows = lines();
  if (rows.length === 0) return;
  rows[at]?.classList.remove("here");
  at = Math.min(Math.max(to, 0), rows.length - 1);
  rows[at].classList.add("here");
  rows[at].querySelector("a")?.focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  switch (event.key) {
    case "j": go(at + 1); break;
    case "k": go(at - 1); break;
    case "x": lines()[at]?.querySelector("input[name=pick]")?.click(); break;
    case "/": {
      const search = document.querySelector("input[type=search]");
      if (!search) return;
      search.focus();
      break;
    }
    default: return;
  }
  event.preventDefault();
});

// The head of a list's first column selects everything on the page; how many are selected is said on the buttons.
const form = document.getElementById("pick");
if (form) {
  const picks = [...form.querySelectorAll("input[name=pick]")];
  const head = form.querySelector("thead .pick");
  if (head && picks.length > 0) {
    const all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", head.textContent.trim());
    head.replaceChildren(all);
    all.addEventListener("change", () => {
      for (const pick of picks) pick.checked = all.checked;
      say();
    });
  }
  const buttons = [...form.querySelectorAll("button[name=what]")].map((button) => [button, button.textContent]);
  const reason = form.querySelector("input[name=reason]");
  const say = () => {
    const count = picks.filter((pick) => pick.checked).length;
    for (const [button, text] of buttons) {
      button.textContent = count > 0 ? `${text} (${count})` : text;
    }
  };
  form.addEventListener("change", say);
  form.addEventListener("submit", (event) => {
    // A rejection says why; an approval does not.
    const rejects = event.submitter?.value === "reject";
    if (rejects && reason && reason.value.trim() === "") {
      event.preventDefault();
      reason.required = true;
      reason.reportValidity();
    }
  });
}

// What a page marks as under way is asked for again until the mark is gone: the same page, of which that part alone takes
// the old one's place, as the server rendered it. What became of it is said politely, once. A look that shows nothing new
// makes the next one wait longer.
const SOON = 2000;
const LATE = 30000;
const underWay = () => [...document.querySelectorAll("[data-live][id]")];

if (underWay().length > 0) {
  const main = document.getElementById("main");
  const voice = document.createElement("p");
  voice.className = "hidden";
  voice.setAttribute("role", "status");
  voice.setAttribute("aria-live", "polite");
  main.append(voice);
  let wait = SOON;

  const replace = (old, part) => {
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    // Nothing goes away under somebody who types.
    if (held?.matches("input, select, textarea")) return;
    const said = old.dataset.said;
    old.replaceWith(document.adoptNode(part));
    if (held) {
      const link = held.getAttribute("href");
      const same = [...part.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === link);
      (same ?? main).focus({ preventScroll: true });
    }
    if (part.dataset.said !== said) voice.textContent = part.dataset.said ?? "";
    wait = SOON;
  };

  // Whether it is worth asking again.
  const look = async () => {
    let text;
    try {
      const answer = await fetch(location.href, {
        headers: { "X-Rosterd-Live": "1" }, redirect: "manual", cache: "no-store",
      });
      // Signed out meanwhile, or gone.
      if (answer.type === "opaqueredirect" || (answer.status >= 400 && answer.status < 500)) return false;
      if (!answer.ok) return true;
      text = await answer.text();
    } catch {
      return true;
    }
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const old of underWay()) {
      const part = fresh.getElementById(old.id);
      if (!part) old.removeAttribute("data-live");
      else if (part.outerHTML !== old.outerHTML) replace(old, part);
    }
    return underWay().length > 0;
  };

  const later = () => setTimeout(async () => {
    wait = Math.min(wait * 1.3, LATE);
    if (document.hidden || (await look())) later();
  }, wait);
  later();
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
