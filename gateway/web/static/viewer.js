// The screen of a remote browser (noVNC), with what goes into the session and comes out of it.
const place = document.getElementById("viewer");
const state = document.getElementById("viewer-state");
const words = place.dataset;
const api = `/api/browser-sessions/${words.session}`;
const POLL_MS = 2000;
const NO_MORE = [401, 403, 404];
const say = (text) => { state.textContent = text; };
let over = false;

const ask = async (method, path = "", body = undefined) => {
  const answer = await fetch(api + path, { method, body, headers: { "X-CSRF-Token": words.csrf } });
  const said = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(words.refused.replace("{message}", said.message)), { status: answer.status });
  return said;
};

const { default: RFB } = await import(words.library);
const address = new URL(`/navegador/${words.session}/pantalla`, location.href);
address.protocol = address.protocol.replace("http", "ws");
const screen = new RFB(document.getElementById("viewer-screen"), address.href, { wsProtocols: ["binary", `casillero.${words.token}`] });
screen.resizeSession = true;
screen.scaleViewport = true;
screen.focusOnClick = true;
screen.addEventListener("connect", () => { say(words.connected); screen.focus(); });
screen.addEventListener("disconnect", async () => {
  if (["open", "unknown"].includes(await look())) say(words.lost);
});

document.getElementById("viewer-close").addEventListener("click", async () => {
  await ask("DELETE").then(look, (error) => say(error.message));
});

document.getElementById("viewer-upload").addEventListener("change", async (event) => {
  for (const file of event.target.files) {
    const form = new FormData();
    form.append("file", file);
    await ask("POST", "/uploads", form).then(() => say(words.uploaded.replace("{name}", file.name)), (error) => say(error.message));
  }
  event.target.value = "";
});

const list = document.getElementById("viewer-downloads");
let shown = "[]";
const show = (files) => {
  if (JSON.stringify(files) === shown) return;
  shown = JSON.stringify(files);
  list.replaceChildren(...files.map((file) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = `${api}/downloads/${encodeURIComponent(file.name)}`;
    link.textContent = file.name;
    item.append(link);
    if (!words.keep) return item;
    const keep = document.createElement("button");
    keep.type = "button";
    keep.className = "btn btn-sm ms-2";
    keep.textContent = words.keep;
    keep.setAttribute("aria-label", `${words.keep}: ${file.name}`);
    keep.addEventListener("click", async () => {
      const done = () => say(words.kept.replace("{name}", file.name));
      await ask("POST", `/downloads/${encodeURIComponent(file.name)}/document`).then(done, (error) => say(error.message));
    });
    item.append(keep);
    return item;
  }));
};

// How the session is now; a network that is lost does not know. That it is over, and why, is said by the page itself, loaded again.
const look = async () => {
  const now = await ask("GET").catch((error) => ({ state: NO_MORE.includes(error.status) ? "ended" : "unknown", downloads: null }));
  if (now.state === "ended" && !over) { over = true; location.reload(); }
  if (now.state === "closing") say(words.closed);
  if (now.downloads) show(now.downloads);
  return now.state;
};
while (!over) {
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  if (!over) await look();
}
