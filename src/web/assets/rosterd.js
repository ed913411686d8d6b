// Quicker with keys and a pointer; every page works without this.
"use strict";

// j and k move along a list, x selects, Enter opens, / goes to the search.
const table = document.querySelector("table[data-keys]");
const rows = table ? [...table.querySelectorAll("tbody tr:not(.group)")] : [];
let at = -1;

function go(to) {
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
    case "x": rows[at]?.querySelector("input[name=pick]")?.click(); break;
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

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
