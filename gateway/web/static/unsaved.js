// Unsaved changes of a form with data-unsaved: said in the form, and asked about before its page, or the part of the page in which it
// stands, makes room for another.
// Trap: a part of a page may be changed in place, so the form is known by where somebody typed last, not by where it was at the beginning.
(() => {
  let touched = null;
  const touch = (form) => {
    touched = form;
    form.querySelector(".unsaved").textContent = form.dataset.unsaved;
  };
  const drop = () => {
    touched.reset();
    touched.querySelector(".unsaved").textContent = "";
    touched = null;
  };
  const mayLeave = () => {
    if (!touched?.isConnected) return true;
    if (!confirm(touched.dataset.leave)) return false;
    drop();
    return true;
  };

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (form) touch(form);
  });
  document.addEventListener("submit", (event) => { if (event.target === touched) touched = null; });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-discard]")) touched = null; });
  addEventListener("beforeunload", (event) => { if (touched?.isConnected) event.preventDefault(); });
  // Asked by a key before anything moves (keys.js), and by whatever else brings another part.
  document.addEventListener("casillero:leaving", (event) => { if (!mayLeave()) event.preventDefault(); });
  document.addEventListener("htmx:before:request", (event) => {
    if (touched && event.detail.ctx.target.contains(touched) && !mayLeave()) event.preventDefault();
  });

  const shownAgain = document.querySelector("form[data-unsaved][data-touched]");
  if (shownAgain) touch(shownAgain);
})();
