// The keys of a list with a reading pane: j and k go down and up, e does what comes next, ? tells. None of them while somebody writes, nor
// where the person switched them off; "/" is every page's (casillero.js). Whatever a key does, a link or a button does too.
(() => {
  const OFF = "casillero-keys-off";
  const help = document.getElementById("keys");
  const choice = help.querySelector("[data-keys-on]");
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener("change", () => {
    if (choice.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  for (const button of document.querySelectorAll("[data-keys-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }

  const go = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    const now = rows.findIndex((row) => row.hasAttribute("aria-current"));
    const to = rows[now < 0 ? 0 : Math.min(Math.max(now + step, 0), rows.length - 1)];
    if (!to) return;
    // Said at once, so that two quick presses go two rows down although the first answer is still on its way.
    for (const row of rows) row.removeAttribute("aria-current");
    to.setAttribute("aria-current", "true");
    to.focus();
    to.click();
  };
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    e: () => document.querySelector("[data-key=e]")?.click(),
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const isChord = event.ctrlKey || event.metaKey || event.altKey;
    if (isChord || help.open || !choice.checked || event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // The row that is read stays in sight after a whole page came.
  document.querySelector("[data-row][aria-current]")?.scrollIntoView({ block: "nearest" });
})();
