// The window of a client: rows of numbers, a file that is dropped, the row whose notification is shown, what comes next. Unsaved changes: unsaved.js.
(() => {
  // Modules of the page that a form leads to are fetched while somebody types in it.
  const ahead = document.querySelector("form[data-ahead]");
  ahead?.addEventListener("focusin", () => {
    const links = ahead.dataset.ahead.trim().split(" ").map((href) => Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
    document.head.append(...links);
  }, { once: true });

  // Rows: any number, and one can be taken away without losing one's place.
  const renumber = (rows) => rows.querySelectorAll("li").forEach((row, index) => {
    row.querySelector("input").setAttribute("aria-label", `${rows.dataset.label} ${index + 1}`);
    const button = row.querySelector("[data-remove]");
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/\d+$/, index + 1));
  });
  let made = 0;
  const add = (rows) => {
    const list = rows.querySelector("ol");
    const row = list.lastElementChild.cloneNode(true);
    const field = row.querySelector("input");
    row.querySelector(".invalid-feedback")?.remove();
    field.value = "";
    field.id = `${field.name}-new-${made += 1}`;
    field.classList.remove("is-invalid");
    field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", `${field.name}-hint`);
    list.append(row);
    renumber(rows);
    field.focus();
  };
  const remove = (rows, row) => {
    if (rows.querySelectorAll("li").length === 1) add(rows);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    renumber(rows);
    next.querySelector("input").focus();
  };
  for (const button of document.querySelectorAll("[data-rows] [hidden]")) button.hidden = false;

  document.addEventListener("click", (event) => {
    const rows = event.target.closest("[data-rows]");
    if (event.target.closest("[data-add]")) add(rows);
    if (event.target.closest("[data-remove]")) remove(rows, event.target.closest("li"));
    if (event.target.closest("[data-add], [data-remove]")) rows.dispatchEvent(new Event("input", { bubbles: true }));
    const opener = event.target.closest("[data-opens]");
    if (!opener) return;
    document.querySelectorAll("[data-opens][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    opener.setAttribute("aria-current", "true");
  });

  // What was asked for is read next: the pane takes the focus. Beside the list, its row stays in view; below it, the pane comes into view.
  document.addEventListener("htmx:after:swap", () => {
    const opener = document.activeElement, pane = document.getElementById("pane");
    if (!opener?.matches("[data-opens]") || !pane) return;
    const isBeside = pane.offsetLeft > document.getElementById("list").offsetLeft;
    pane.focus({ preventScroll: true });
    (isBeside ? opener : pane).scrollIntoView({ block: isBeside ? "center" : "start" });
  });

  // A file dropped anywhere on the box is as if it had been chosen.
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const box = event.target.closest?.("[data-drop]");
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) box.querySelector("input[type=file]").files = event.dataTransfer.files;
    });
  }
})();
