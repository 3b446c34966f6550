// What makes the pages quicker to use; each of them also works without.
(() => {
  // "/" goes to the search of the page, unless somebody is writing or has switched the keys off (keys.js).
  const writing = (at) => at.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target) || localStorage.getItem("casillero-keys-off")) return;
    const search = document.querySelector("[role=search] input[type=search]");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); }
  });

  // A box with data-events follows something that goes on. What each event says stands in the words of data-said, or where they differ by
  // state, of data-running and the like, with {name} for its values; bars name theirs, and stay undecided until there is a total.
  const OVER = ["done", "failed"];
  const follow = (box) => {
    const source = new EventSource(box.dataset.events);
    source.onmessage = (event) => {
      const now = JSON.parse(event.data);
      for (const at of box.querySelectorAll("[data-said]")) {
        at.textContent = (at.dataset[now.state] ?? at.dataset.said).replace(/\{(\w+)\}/g, (_, name) => now[name] ?? "…");
      }
      for (const bar of box.querySelectorAll("progress")) {
        if (now[bar.dataset.max]) { bar.max = now[bar.dataset.max]; bar.value = now[bar.dataset.value]; }
      }
      if (!OVER.includes(now.state)) return;
      source.close();
      if (box.dataset.then === "reload") location.reload();
    };
    // Too many live views are open: the page asks again every two seconds instead.
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 2000); };
  };
  document.querySelectorAll("[data-events][data-then=reload]").forEach(follow);

  // What can be undone can be for so many seconds, and for as long as somebody is at the button.
  for (const form of document.querySelectorAll("[data-goes-after]")) {
    const leave = () => (form.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : form.remove());
    setTimeout(leave, Number(form.dataset.goesAfter) * 1000);
  }

  // A list whose rows can be chosen: the first box of the table chooses all of the page, and how many are chosen is said.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-choose-all], [name=ids]")) return;
    const form = event.target.form, boxes = [...form.querySelectorAll("[name=ids]")];
    if (event.target.matches("[data-choose-all]")) for (const box of boxes) box.checked = event.target.checked;
    const said = form.querySelector("[data-chosen]");
    if (said) said.value = said.dataset.chosen.replace("{n}", boxes.filter((box) => box.checked).length);
  });
})();
