// The keys of a list with a reading pane: j and k go down and up, e does what comes next, ? tells. None of them while somebody writes, nor
// where the person switched them off; "/" is every page's (casillero.js). Whatever a key does, a link or a button does too.
// Trap: going back puts another body in the place of this one, so everything is looked for when it is needed.
(() => {
  const OFF = "casillero-keys-off";
  const isOn = () => !localStorage.getItem(OFF);
  const dialog = () => document.getElementById("keys");
  document.documentElement.dataset.keys = "";

  const help = () => {
    dialog().querySelector("[data-keys-on]").checked = isOn();
    dialog().showModal();
  };
  const go = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    const now = rows.findIndex((row) => row.hasAttribute("aria-current"));
    const to = rows[now < 0 ? 0 : Math.min(Math.max(now + step, 0), rows.length - 1)];
    if (!to || !document.dispatchEvent(new CustomEvent("casillero:leaving", { cancelable: true }))) return;
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
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    const isChord = event.ctrlKey || event.metaKey || event.altKey;
    if (isChord || !isOn() || dialog()?.open || event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-help]")) help();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-on]")) return;
    if (event.target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });

  // The row that is read stays in sight after a whole page came.
  document.querySelector("[data-row][aria-current]")?.scrollIntoView({ block: "nearest" });
})();
