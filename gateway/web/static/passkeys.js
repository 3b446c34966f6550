// Passkeys (W3C Web Authentication, level 3): made on the profile page, shown at the door. Without it the buttons stay hidden.
// Browsers that cannot read the JSON forms themselves are helped: bytes are base64url without padding there.
(() => {
  if (!window.PublicKeyCredential) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const toCreate = (json) => PublicKeyCredential.parseCreationOptionsFromJSON?.(json) ?? {
    ...json, challenge: bytes(json.challenge), user: { ...json.user, id: bytes(json.user.id) }, excludeCredentials: known(json.excludeCredentials),
  };
  const toShow = (json) => PublicKeyCredential.parseRequestOptionsFromJSON?.(json) ?? {
    ...json, challenge: bytes(json.challenge), allowCredentials: known(json.allowCredentials),
  };
  const asJson = (made) => {
    if (made.toJSON) return made.toJSON();
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults() };
  };

  const ask = async (path, body, token) => {
    const headers = { "Content-Type": "application/json", ...(token && { "X-CSRF-Token": token }) };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.message), { isOurs: true });
    return said;
  };

  const enrol = async (form) => {
    const token = form.querySelector("[name=csrf_token]").value;
    const publicKey = toCreate(await ask("/api/me/passkeys/options", {}, token));
    const credential = asJson(await navigator.credentials.create({ publicKey }));
    await ask("/api/me/passkeys", { name: form.querySelector("[name=new_passkey]").value, credential }, token);
    location.reload();
  };
  const show = async (form) => {
    const publicKey = toShow(await ask("/api/session/passkey/options", {}));
    const credential = asJson(await navigator.credentials.get({ publicKey }));
    form.elements.csrf_token.value = (await ask("/api/session/passkey", { credential })).csrf_token;
    form.submit();
  };

  for (const form of document.querySelectorAll("[data-passkey]")) {
    const act = form.dataset.passkey === "enrol" ? enrol : show;
    const fault = form.querySelector("[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fault.hidden = true;
      const button = form.querySelector("button");
      button.disabled = true;
      try { await act(form); } catch (error) {
        fault.textContent = error.isOurs ? error.message : form.dataset.failed;
        fault.hidden = false;
      }
      button.disabled = false;
    });
    form.hidden = false;
  }
  document.querySelectorAll("[data-passkey-missing]").forEach((hint) => { hint.hidden = true; });
})();
