// A mailbox that is read is followed in its row, whoever asked for it; at the end the row, the head and what was received are as they are then.
(() => {
  const OVER = ["done", "failed"];
  const POLL_MS = 2000;
  const FILED_MS = 1000;
  const FILED_TRIES = 15;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const rowOf = (id) => document.getElementById(`mailbox-${id}`);
  // Why it failed is not said again where the row says it of its mailbox.
  const sentence = (sync, row) => {
    const words = document.getElementById("mailboxes").dataset[sync.state];
    const said = words.replace("{read}", sync.pages_read).replace("{total}", sync.total_pages ?? "…").replace("{new}", sync.notices_new);
    return sync.error && sync.error.code !== row.querySelector("[data-code]")?.dataset.code ? `${said} ${sync.error.message}` : said;
  };

  const show = (id, sync) => {
    const row = rowOf(id), place = row?.querySelector("[data-progress]");
    if (!place) return;
    let text = place.querySelector("p"), bar = place.querySelector("progress");
    if (!text) { place.append(text = document.createElement("p"), bar = document.createElement("progress")); }
    text.textContent = sentence(sync, row);
    bar.setAttribute("aria-label", text.textContent);
    if (sync.total_pages) { bar.max = sync.total_pages; bar.value = sync.pages_read; }
    bar.hidden = OVER.includes(sync.state);
  };

  // The same page as it is now, for the parts of it that may have changed.
  const asItIsNow = async () => new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const renew = async (ids, page) => {
    page ??= await asItIsNow();
    for (const id of ids) {
      const old = document.getElementById(id), now = page.getElementById(id);
      if (old && now) old.replaceWith(document.adoptNode(now));
    }
  };

  // What a reading found is filed a moment later: looked for until it is there.
  const finish = async (id, sync) => {
    const before = Number(document.getElementById("latest").dataset.total);
    await renew([`mailbox-${id}`, "client-head", "latest"]);
    show(id, sync);
    attend(rowOf(id));
    for (let tries = 0; sync.notices_new && tries < FILED_TRIES; tries += 1) {
      if (Number(document.getElementById("latest").dataset.total) >= before + sync.notices_new) return;
      await pause(FILED_MS);
      await renew(["client-head", "latest"]);
    }
  };

  const poll = async (id, syncId) => {
    for (;;) {
      const sync = await (await fetch(`/api/syncs/${syncId}`)).json();
      if (!sync.state) return;
      show(id, sync);
      if (OVER.includes(sync.state)) return finish(id, sync);
      await pause(POLL_MS);
    }
  };

  const followed = new Set();
  const follow = (id, syncId) => {
    if (followed.has(syncId)) return;
    followed.add(syncId);
    const source = new EventSource(`/api/syncs/${syncId}/events`);
    source.onmessage = (event) => {
      const sync = JSON.parse(event.data);
      show(id, sync);
      if (!OVER.includes(sync.state)) return;
      source.close();
      finish(id, sync);
    };
    source.addEventListener("refused", (event) => { source.close(); complain(id, JSON.parse(event.data).message); });
    // Too many live views are open: asked every two seconds instead.
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) poll(id, syncId); };
  };

  // Nobody asked for this reading, so there is no progress to tell: looked for until it is over, or somebody asks for one.
  const watch = async (id) => {
    for (;;) {
      await pause(POLL_MS);
      const page = await asItIsNow().catch(() => null), row = page?.getElementById(`mailbox-${id}`);
      if (page && !row) return;
      if (!row || row.dataset.reading === "") continue;
      if (followed.has(row.dataset.reading)) return;
      await renew([row.id, "client-head", "latest"], page);
      attend(row);
      await pause(FILED_MS);
      return renew(["client-head", "latest"]);
    }
  };

  const attend = (row) => {
    if (!row || !("reading" in row.dataset)) return;
    const id = row.id.slice("mailbox-".length);
    if (row.dataset.reading) follow(id, row.dataset.reading);
    else watch(id);
  };

  const complain = (id, message) => {
    const place = rowOf(id).querySelector("[data-progress]");
    const text = document.createElement("p");
    text.className = "fault";
    text.textContent = message;
    place.replaceChildren(text);
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-sync]");
    if (!form) return;
    event.preventDefault();
    const id = form.dataset.sync, button = form.querySelector("button");
    button.disabled = true;
    try {
      const headers = { "X-CSRF-Token": form.elements.csrf_token.value };
      const answer = await fetch(`/api/mailboxes/${id}/sync`, { method: "POST", headers });
      const sync = await answer.json();
      if (!answer.ok) { button.disabled = false; return complain(id, sync.message); }
      show(id, sync);
      follow(id, sync.id);
    } catch {
      button.disabled = false;
      complain(id, document.getElementById("mailboxes").dataset.away);
    }
  });

  document.querySelectorAll("[data-reading]").forEach(attend);
})();
